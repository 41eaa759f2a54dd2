"""All kinds of lines, a module for each. One that is new is named here."""

from collections.abc import Mapping
from typing import Final

from server.transcript.kind import Kind
from server.transcript.kinds import (
    answers,
    audit,
    comments,
    giveaways,
    poll_answers,
    polls,
    posts,
    questions,
    reports,
    sanctions,
    votes,
)

KINDS: Final[Mapping[str, Kind]] = {
    module.KIND.name: module.KIND
    for module in (
        questions,
        votes,
        answers,
        comments,
        polls,
        poll_answers,
        giveaways,
        posts,
        reports,
        sanctions,
        audit,
    )
}
"""By their names."""
