"""How what viewers write comes into a show: seen at once or after approval, and how often; switched while it is live."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.pushes import Moderation, Show
from server.shows.plans import rewrite
from server.shows.repository import as_show, read_show


@dataclass(frozen=True, slots=True)
class Moderating:
    """A member of staff sets what `changes` names: `moderation`, `slow_seconds`; `version` is the one they saw, where they said so."""

    actor: Actor
    changes: dict[str, Any]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class HowWritten:
    """How a show takes what viewers write."""

    moderation: Moderation
    slow_seconds: int | None
    version: int


async def moderate_show_many(
    tx: ShowTransaction, tasks: Sequence[Moderating]
) -> list[HowWritten | RefusedError]:
    """Carry out the tasks in order; what stands as wished already is neither published nor kept."""
    return [await _moderate(tx, task) for task in tasks]


async def _moderate(tx: ShowTransaction, task: Moderating) -> HowWritten | RefusedError:
    row = await read_show(tx.connection, tx.show_id)
    if row is None:
        return RefusedError(Code.NOT_FOUND)
    show = as_show(row)
    changed = {name: value for name, value in task.changes.items() if getattr(row, name) != value}
    if changed and task.version is not None and task.version != row.version:
        return RefusedError(Code.CONFLICT, current=msgspec.to_builtins(show))
    if changed:
        before = {name: getattr(row, name) for name in changed}
        at: dict[str, int] = {}
        if row.state == "live" and row.started_at is not None:
            at = {"show_ms": int((tx.now - row.started_at).total_seconds() * 1000)}
        audit(tx, task.actor, "show.moderate", tx.show_id, before=before, after=changed, **at)
        show = await rewrite(tx, row, changed)
    return _how(show)


def _how(show: Show) -> HowWritten:
    return HowWritten(show.moderation, show.slow_seconds, show.version)
