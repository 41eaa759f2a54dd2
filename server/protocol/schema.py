"""The wire language as JSON Schema, for whoever types a client after it: `python -m server.protocol.schema`."""

import json
import sys
from typing import Any

import msgspec

from server.protocol.commands import AnyCommand
from server.protocol.commented import OwnComment
from server.protocol.hold_lines import HeldStock
from server.protocol.posted import OwnPost, StaffPost
from server.protocol.pulse_line import Pulse
from server.protocol.pushes import (
    Announcement,
    Joined,
    ProductStock,
    QuestionVotes,
    Snapshot,
    StaffQuestion,
    StaffSnapshot,
)
from server.protocol.question_lines import ActDone
from server.protocol.sanctioned import OwnSanction
from server.protocol.waitlist_lines import PlaceInLine


# A schema needs to know the snapshots of `joined` apart, which carry no tag: the role in `joined` tells them.
class JoinedAsViewer(Joined, frozen=True, tag="joined"):
    snapshot: Snapshot | None = None


class JoinedAsStaff(Joined, frozen=True, tag="joined"):
    snapshot: StaffSnapshot | None = None


_SAID_BY_THE_SERVER = (
    Announcement,
    HeldStock,
    ActDone,
    JoinedAsStaff,
    JoinedAsViewer,
    OwnComment,
    OwnPost,
    OwnSanction,
    PlaceInLine,
    ProductStock,
    Pulse,
    QuestionVotes,
    StaffPost,
    StaffQuestion,
)


def wire_schema() -> dict[str, Any]:
    """Every command and every shape the server sends, by name under `$defs`; `command` is any command."""
    (command, *_), definitions = msgspec.json.schema_components(
        (AnyCommand, *_SAID_BY_THE_SERVER), ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The wire language of Showfloor, version 1",
        "$defs": {"command": command, **dict(sorted(definitions.items()))},
    }


def as_json() -> str:
    """`wire_schema()` as the file in the repository."""
    return json.dumps(wire_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_json())
