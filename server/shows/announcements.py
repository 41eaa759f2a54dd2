"""Announcements through the journal: the last one stands in the snapshot until it is taken down."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.audit.trail import Actor, audit
from server.clock import to_wire
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.pushes import Announcement
from server.shows.repository import SET_ANNOUNCEMENT, as_announcement, read_show


@dataclass(frozen=True, slots=True)
class Announcing:
    """A member of staff tells everybody something; `text` is clean."""

    actor: Actor
    text: str


@dataclass(frozen=True, slots=True)
class Removing:
    """A member of staff takes down the announcement of that offset, or whichever stands."""

    actor: Actor
    offset: int | None


async def announce_many(
    tx: ShowTransaction, tasks: Sequence[Announcing | Removing]
) -> list[int | RefusedError]:
    """Publish the announcements and removals in order; what stands at the end is what later viewers see. Answers are offsets."""
    before = standing = None
    if any(isinstance(task, Removing) for task in tasks):
        row = await read_show(tx.connection, tx.show_id)
        if row is None:
            return [RefusedError(Code.NOT_FOUND) for _ in tasks]
        before = standing = as_announcement(row)
    offsets = list[int | RefusedError]()
    for task in tasks:
        standing = _announce(tx, task) if isinstance(task, Announcing) else _remove(tx, task, standing)
        offsets.append(tx.top)
    if standing != before:
        tx.write(SET_ANNOUNCEMENT, [{"show_id": tx.show_id, "announcement": standing}])
    return offsets


def _announce(tx: ShowTransaction, task: Announcing) -> Announcement:
    by, name = task.actor.role, task.actor.name
    offset = tx.publish("announce", {"text": task.text, "by": by, "name": name})
    audit(tx, task.actor, "announce", str(offset))
    return Announcement(text=task.text, by=by, at=to_wire(tx.now), name=name, offset=offset)


def _remove(tx: ShowTransaction, task: Removing, standing: Announcement | None) -> Announcement | None:
    if standing is None or task.offset not in (None, standing.offset):
        return standing
    tx.publish("announce.removed", {"announcement": standing.offset})
    audit(tx, task.actor, "announce.remove", str(standing.offset))
    return None
