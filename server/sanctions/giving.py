"""Sanctions through the journal: written, published to staff, told to the person, and audited, in one transaction of the show.

A ban is out on every process as soon as that has read the publication; in the channel's other shows as soon as they follow its number.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from msgspec import to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.marks_repository import delete_marks
from server.access.sanctions_repository import (
    insert_sanction,
    next_number,
    read_holding,
    read_likenesses,
    read_sanction,
    read_standing,
    update_sanction,
)
from server.access.tables import SanctionRow
from server.audit.actions import Action
from server.audit.trail import Actor
from server.errors import RefusedError
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.sanction_lines import SanctionOwn
from server.sanctions.faces import as_banned, as_own, as_staff, is_told
from server.sanctions.rules import LIKENESSES_MAX
from server.sanctions.standing import answered, holds, note, require_sanctionable, standing_of
from server.sanctions.tasks import Answering, Appealing, Giving, Recognising, Standing, Task, Unbanning
from server.shows.repository import read_show
from server.shows.tables import ShowRow

FindWriter = Callable[[AsyncConnection, str, str], Awaitable[tuple[str, str | None] | None]]
"""Given a show and something written in it, tells by whom, and under which name; None when there is no such thing."""
Writers = Mapping[str, FindWriter]
"""By kind of what is written, such as `question`."""
Push = Callable[[str, str, Any], None]
"""Writes a line, JSON-ready, to the connections of one viewer in a show; never waits."""
Returning = Callable[[AsyncConnection, str], Awaitable[str]]
"""Given a channel, tells what is laid there on whoever is likely somebody banned: a kind of sanction, or `off`."""
BY_LIKENESS: Final = Actor("likeness", "", "likeness")
"""Who lays something on those who are like the banned."""
_GIVEN_AS: dict[str, Action] = {
    "timeout": "viewer.timeout",
    "mute": "viewer.mute",
    "shadow": "viewer.shadow",
    "hold": "viewer.hold",
    "ban": "viewer.ban",
}


def tell_nobody(*_: Any) -> None:
    """For where there are no sockets and no other processes."""


class Desk:
    """Carries out what is wanted of sanctions. `tell` has other shows follow at once."""

    def __init__(
        self,
        writers: Writers,
        returning: Returning,
        push: Push = tell_nobody,
        tell: Callable[[], None] = tell_nobody,
    ) -> None:
        self._returning = returning
        self._writers = writers
        self._push = push
        self._tell = tell

    async def carry_out_many(
        self, tx: ShowTransaction, tasks: Sequence[Task]
    ) -> list[Standing | RefusedError]:
        """Carry out the tasks in order; only what changes something is published."""
        show = await read_show(tx.connection, tx.show_id)
        if show is None:
            return [RefusedError(Code.NOT_FOUND) for _ in tasks]
        answers: list[Standing | RefusedError] = []
        for task in tasks:
            try:
                answers.append(await self._carry_out(tx, show, task))
            except RefusedError as refused:
                answers.append(refused)
        return answers

    async def _carry_out(self, tx: ShowTransaction, show: ShowRow, task: Task) -> Standing:
        channel_id = show.channel_id
        if isinstance(task, Giving):
            return await self._give(tx, show, task)
        if isinstance(task, Recognising):
            return await self._recognise(tx, channel_id, task)
        if isinstance(task, Unbanning):
            return await self._unban(tx, channel_id, task)
        row = await read_sanction(tx.connection, channel_id, task.sanction_id)
        if row is None or row.show_id != tx.show_id:
            raise RefusedError(Code.NOT_FOUND, "There is no such sanction here.")
        if isinstance(task, Appealing):
            return await self._appeal(tx, row, task)
        if isinstance(task, Answering):
            return await self._answer(tx, row, task)
        return standing_of(await self._lift(tx, row, task.actor))

    async def _give(self, tx: ShowTransaction, show: ShowRow, task: Giving) -> Standing:
        viewer_id, name = await self._find(tx, task)
        kind, now = task.terms.kind, tx.now
        before = await read_standing(tx.connection, tx.show_id, viewer_id, kind)
        if before is not None and holds(before, now):
            return await self._give_anew(tx, before, task)
        await require_sanctionable(tx, show, viewer_id)
        if before is not None:  # it has ended, and another one takes its place
            ended = await self._change(tx, before, {"lifted_at": before.ends_at, "lifted_by_name": ""})
            tx.publish_to_staff("sanction.changed", {"sanction": as_staff(ended), "lifted": True})
        row = SanctionRow(
            id=new_id("sn"),
            channel_id=show.channel_id,
            show_id=tx.show_id,
            whole_channel=task.terms.whole_channel,
            kind=kind,
            viewer_id=viewer_id,
            name=name,
            reason=task.terms.reason or "other",
            at=now,
            ends_at=task.terms.end(now),
            actor=task.actor.viewer_id,
            actor_name=task.actor.name,
            device=task.terms.device,
            address=task.terms.address,
        )
        return await self._keep(tx, row, task.actor)

    async def _keep(self, tx: ShowTransaction, row: SanctionRow, actor: Actor) -> Standing:
        """Keep a new one; every process hears of a ban by its number, since it may know by what else its person is known."""
        if row.kind == "ban":
            row.number = await next_number(tx.connection)
        await insert_sanction(tx.connection, row)
        self._publish(tx, row)
        note(tx, actor, _GIVEN_AS[row.kind], row, before=None)
        return standing_of(row)

    async def _recognise(self, tx: ShowTransaction, channel_id: str, task: Recognising) -> Standing:
        """Lay on whoever is like a banned person what the channel wants; once, so that staff who lift it are not asked again."""
        ban = await read_sanction(tx.connection, channel_id, task.like.sanction_id)
        nothing = Standing(task.viewer_id)
        if ban is None or not holds(ban, tx.now):
            return nothing
        before, others = await read_likenesses(tx.connection, tx.show_id, task.viewer_id, ban.id)
        kind = "ban" if task.like.barred else await self._returning(tx.connection, channel_id)
        if before or others >= LIKENESSES_MAX or kind == "off":
            return nothing
        if await read_standing(tx.connection, tx.show_id, task.viewer_id, kind) is not None:
            return nothing
        row = SanctionRow(
            id=new_id("sn"),
            channel_id=channel_id,
            show_id=tx.show_id,
            whole_channel=kind == "ban" and ban.whole_channel,
            kind=kind,
            viewer_id=task.viewer_id,
            name=task.name,
            reason="evasion",
            at=tx.now,
            ends_at=ban.ends_at,
            actor=BY_LIKENESS.viewer_id,
            actor_name=BY_LIKENESS.name,
            like_id=ban.id,
            like_by=task.like.signal,
        )
        return await self._keep(tx, row, BY_LIKENESS)

    async def _give_anew(self, tx: ShowTransaction, before: SanctionRow, task: Giving) -> Standing:
        """Give what stands already another end, reason or reach: the newest word counts, but what holds in the channel goes on to."""
        changes: dict[str, Any] = {
            "ends_at": task.terms.end(tx.now),
            "reason": task.terms.reason or before.reason,
            "whole_channel": before.whole_channel or task.terms.whole_channel,
            "device": before.device or task.terms.device,
            "address": before.address or task.terms.address,
        }
        if all(getattr(before, name) == value for name, value in changes.items()):
            return standing_of(before)
        row = await self._change(tx, before, changes)
        self._publish(tx, row)
        note(tx, task.actor, _GIVEN_AS[row.kind], row, before=before)
        return standing_of(row)

    async def _unban(self, tx: ShowTransaction, channel_id: str, task: Unbanning) -> Standing:
        holding = await read_holding(
            tx.connection, tx.show_id, channel_id, task.viewer_id, kind="ban", now=tx.now
        )
        for row in holding:
            if row.show_id == tx.show_id:
                await self._lift(tx, row, task.actor)
        return Standing(task.viewer_id)

    async def _lift(self, tx: ShowTransaction, before: SanctionRow, actor: Actor) -> SanctionRow:
        if before.lifted_at is not None:
            return before
        changes: dict[str, Any] = {"lifted_at": tx.now, "lifted_by_name": actor.name}
        if before.appeal_state == "open":
            changes |= answered("lifted", tx.now, actor)
        row = await self._change(tx, before, changes)
        if row.kind == "ban":
            await delete_marks(tx.connection, row.id)
        await self._publish_lifted(tx, row)
        note(tx, actor, "viewer.unban" if row.kind == "ban" else "sanction.lift", row, before=before)
        return row

    async def _appeal(self, tx: ShowTransaction, before: SanctionRow, task: Appealing) -> Standing:
        if before.viewer_id not in task.viewer_ids or not is_told(before):
            raise RefusedError(Code.NOT_FOUND, "There is no such sanction here.")
        if before.appeal == task.text:
            return standing_of(before)
        if before.appeal is not None:
            raise RefusedError(
                Code.CONFLICT, "An appeal was made already.", current=to_builtins(as_own(before))
            )
        if not holds(before, tx.now):
            raise RefusedError(Code.CONFLICT, "It has ended.", current=to_builtins(as_own(before)))
        changes = {"appeal": task.text, "appeal_state": "open", "appealed_at": tx.now}
        row = await self._change(tx, before, changes, heard=False)
        tx.publish_to_staff("sanction.changed", {"sanction": as_staff(row), "lifted": False})
        return standing_of(row)

    async def _answer(self, tx: ShowTransaction, before: SanctionRow, task: Answering) -> Standing:
        wanted = "lifted" if task.lift else "kept"
        if before.appeal_state is None:
            raise RefusedError(
                Code.CONFLICT, "Nobody has appealed against it.", current=to_builtins(as_staff(before))
            )
        if before.appeal_state == wanted:
            return standing_of(before)
        if before.appeal_state != "open" and before.lifted_at is not None:
            raise RefusedError(
                Code.CONFLICT, "The appeal was answered.", current=to_builtins(as_staff(before))
            )
        row = await self._change(tx, before, answered(wanted, tx.now, task.actor), heard=False)
        if task.lift:
            row = await self._lift(tx, row, task.actor)
        else:
            tx.publish_to_staff("sanction.changed", {"sanction": as_staff(row), "lifted": False})
            self._tell_person(tx, row)
        note(tx, task.actor, "appeal.lift" if task.lift else "appeal.keep", row, before=before)
        return standing_of(row)

    async def _find(self, tx: ShowTransaction, task: Giving) -> tuple[str, str | None]:
        """Return whom it is about, and under which name they wrote, if that is known."""
        if isinstance(task.whom, str):
            return task.whom, None
        find_writer = self._writers[task.whom.kind]
        found = await find_writer(tx.connection, tx.show_id, task.whom.id)
        if found is None:
            raise RefusedError(Code.NOT_FOUND)
        return found

    async def _change(
        self, tx: ShowTransaction, before: SanctionRow, changes: dict[str, Any], *, heard: bool = True
    ) -> SanctionRow:
        """Write a change and return how it stands; `heard`: all processes have to hear of it, where it is a ban."""
        reaches = before.kind == "ban" or before.like_id is not None
        number = {"number": await next_number(tx.connection)} if heard and reaches else {}
        changes = {**changes, **number, "version": before.version + 1}
        await update_sanction(tx.connection, before.id, changes)
        return before.model_copy(update=changes)

    def _publish(self, tx: ShowTransaction, row: SanctionRow) -> None:
        if row.kind == "ban":
            tx.publish_to_staff("viewer.banned", {"banned": as_banned(row), "sanction": as_staff(row)})
        else:
            tx.publish_to_staff("sanction.changed", {"sanction": as_staff(row), "lifted": False})
        self._tell_person(tx, row)

    async def _publish_lifted(self, tx: ShowTransaction, row: SanctionRow) -> None:
        """A ban's lifting lets the viewer in, unless another one keeps them out."""
        holding = await read_holding(
            tx.connection, tx.show_id, row.channel_id, row.viewer_id, kind="ban", now=tx.now
        )
        if row.kind == "ban" and not holding:
            tx.publish_to_staff("viewer.unbanned", {"viewer": row.viewer_id, "sanctions": [row.id]})
        else:
            tx.publish_to_staff("sanction.changed", {"sanction": as_staff(row), "lifted": True})
        self._tell_person(tx, row)

    def _tell_person(self, tx: ShowTransaction, row: SanctionRow) -> None:
        if is_told(row):
            tx.afterwards.append(partial(self._push, tx.show_id, row.viewer_id, SanctionOwn(as_own(row))))
        if row.kind == "ban" or row.like_id is not None:
            tx.afterwards.append(self._tell)
