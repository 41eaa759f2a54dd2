"""Bans through the journal: whoever is banned from a show is out of it on every process as soon as that has read the publication."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.bans_repository import delete_ban, insert_ban, is_staff_member, read_bans
from server.access.tables import BanRow
from server.audit.trail import Actor, audit
from server.clock import to_wire
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.pushes import Banned
from server.shows.repository import read_show


@dataclass(frozen=True, slots=True)
class Banning:
    """A member of staff bans a viewer, by their id or by a question that they asked."""

    actor: Actor
    viewer_id: str | None
    question_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unbanning:
    """A member of staff lets a viewer in again."""

    actor: Actor
    viewer_id: str


FindAsker = Callable[[AsyncConnection, str, str], Awaitable[tuple[str, str | None] | None]]
"""Given a show and a question of it, tells who asked, and under which name; None when there is no such question."""


class Bans:
    """Carries out bans and their undoing; `find_asker` is the questions' part of it."""

    def __init__(self, find_asker: FindAsker) -> None:
        self._find_asker = find_asker

    async def ban_many(
        self, tx: ShowTransaction, tasks: Sequence[Banning | Unbanning]
    ) -> list[str | RefusedError]:
        """Carry out the tasks in order; only what changes something is published. Answers are the viewers' ids."""
        standing = {row.viewer_id for row in await read_bans(tx.connection, tx.show_id)}
        answers: list[str | RefusedError] = []
        for task in tasks:
            try:
                answers.append(await self._carry_out(tx, task, standing))
            except RefusedError as refused:
                answers.append(refused)
        return answers

    async def _carry_out(self, tx: ShowTransaction, task: Banning | Unbanning, standing: set[str]) -> str:
        if isinstance(task, Unbanning):
            if task.viewer_id in standing:
                standing.discard(task.viewer_id)
                await delete_ban(tx.connection, tx.show_id, task.viewer_id)
                tx.publish_to_staff("viewer.unbanned", {"viewer": task.viewer_id})
                audit(tx, task.actor, "viewer.unban", task.viewer_id)
            return task.viewer_id
        viewer_id, name = await self._find(tx, task)
        if viewer_id not in standing:
            await _require_bannable(tx, viewer_id)
            standing.add(viewer_id)
            row = BanRow(
                show_id=tx.show_id,
                viewer_id=viewer_id,
                name=name,
                at=tx.now,
                actor=task.actor.viewer_id,
                actor_name=task.actor.name,
            )
            await insert_ban(tx.connection, row)
            tx.publish_to_staff("viewer.banned", {"banned": as_banned(row)})
            audit(tx, task.actor, "viewer.ban", viewer_id)
        return viewer_id

    async def _find(self, tx: ShowTransaction, task: Banning) -> tuple[str, str | None]:
        """Return who is to be banned, and under which name they asked, if that is known."""
        if task.question_id is None:
            assert task.viewer_id is not None, "one of the two is given"
            return task.viewer_id, None
        found = await self._find_asker(tx.connection, tx.show_id, task.question_id)
        if found is None:
            raise RefusedError(Code.NOT_FOUND)
        return found


async def _require_bannable(tx: ShowTransaction, viewer_id: str) -> None:
    show = await read_show(tx.connection, tx.show_id)
    if show is None or await is_staff_member(tx.connection, show.channel_id, viewer_id):
        raise RefusedError(Code.FORBIDDEN, "Staff cannot be banned.")


def as_banned(row: BanRow) -> Banned:
    """Return the ban as staff read it."""
    return Banned(viewer=row.viewer_id, name=row.name, at=to_wire(row.at), by=row.actor_name)
