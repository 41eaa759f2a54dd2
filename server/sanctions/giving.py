"""Sanctions through the journal: written, published to staff, told to the person, and audited, in one transaction of the show.

A ban is out on every process as soon as that has read the publication; in the channel's other shows as soon as they follow its number.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.sanctions_repository import (
    insert_sanction,
    is_of_others_alone,
    is_staff_member,
    next_number,
    read_holding,
    read_sanction,
    read_standing,
    update_sanction,
)
from server.access.tables import SanctionRow
from server.audit.actions import Action
from server.audit.trail import Actor, audit
from server.clock import to_wire
from server.errors import RefusedError
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.sanction_lines import SanctionOwn
from server.sanctions.faces import as_banned, as_own, as_staff
from server.sanctions.tasks import Answering, Appealing, Giving, Standing, Task, Unbanning
from server.shows.repository import read_show

FindWriter = Callable[[AsyncConnection, str, str], Awaitable[tuple[str, str | None] | None]]
"""Given a show and something written in it, tells by whom, and under which name; None when there is no such thing."""
Writers = Mapping[str, FindWriter]
"""By kind of what is written, such as `question`."""
Push = Callable[[str, str, Any], None]
"""Writes a line, JSON-ready, to the connections of one viewer in a show; never waits."""
_GIVEN_AS: dict[str, Action] = {
    "timeout": "viewer.timeout",
    "mute": "viewer.mute",
    "shadow": "viewer.shadow",
    "ban": "viewer.ban",
}


def tell_nobody(*_: Any) -> None:
    """For where there are no sockets and no other processes."""


class Desk:
    """Carries out what is wanted of sanctions. `tell` has other shows follow at once."""

    def __init__(
        self, writers: Writers, push: Push = tell_nobody, tell: Callable[[], None] = tell_nobody
    ) -> None:
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
                answers.append(await self._carry_out(tx, show.channel_id, task))
            except RefusedError as refused:
                answers.append(refused)
        return answers

    async def _carry_out(self, tx: ShowTransaction, channel_id: str, task: Task) -> Standing:
        if isinstance(task, Giving):
            return await self._give(tx, channel_id, task)
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

    async def _give(self, tx: ShowTransaction, channel_id: str, task: Giving) -> Standing:
        viewer_id, name = await self._find(tx, task)
        kind, now = task.terms.kind, tx.now
        before = await read_standing(tx.connection, tx.show_id, viewer_id, kind)
        if before is not None and holds(before, now):
            return await self._give_anew(tx, before, task)
        await _require_sanctionable(tx, channel_id, viewer_id)
        if before is not None:  # it has ended, and another one takes its place
            ended = await self._change(tx, before, {"lifted_at": before.ends_at, "lifted_by_name": ""})
            tx.publish_to_staff("sanction.changed", {"sanction": as_staff(ended), "lifted": True})
        row = SanctionRow(
            id=new_id("sn"),
            channel_id=channel_id,
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
            number=await next_number(tx.connection) if task.terms.whole_channel else 0,
        )
        await insert_sanction(tx.connection, row)
        self._publish(tx, row)
        _audit(tx, task.actor, _GIVEN_AS[kind], row, before=None)
        return standing_of(row)

    async def _give_anew(self, tx: ShowTransaction, before: SanctionRow, task: Giving) -> Standing:
        """Give what stands already another end, reason or reach: the newest word counts, but what holds in the channel goes on to."""
        changes: dict[str, Any] = {
            "ends_at": task.terms.end(tx.now),
            "reason": task.terms.reason or before.reason,
            "whole_channel": before.whole_channel or task.terms.whole_channel,
        }
        if all(getattr(before, name) == value for name, value in changes.items()):
            return standing_of(before)
        row = await self._change(tx, before, changes)
        self._publish(tx, row)
        _audit(tx, task.actor, _GIVEN_AS[row.kind], row, before=before)
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
            changes |= _answered("lifted", tx.now, actor)
        row = await self._change(tx, before, changes)
        await self._publish_lifted(tx, row)
        _audit(tx, actor, "viewer.unban" if row.kind == "ban" else "sanction.lift", row, before=before)
        return row

    async def _appeal(self, tx: ShowTransaction, before: SanctionRow, task: Appealing) -> Standing:
        if before.viewer_id not in task.viewer_ids or before.kind == "shadow":
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
        row = await self._change(tx, before, _answered(wanted, tx.now, task.actor), heard=False)
        if task.lift:
            row = await self._lift(tx, row, task.actor)
        else:
            tx.publish_to_staff("sanction.changed", {"sanction": as_staff(row), "lifted": False})
            self._tell_person(tx, row)
        _audit(tx, task.actor, "appeal.lift" if task.lift else "appeal.keep", row, before=before)
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
        """Write a change and return how it stands; `heard`: other shows have to hear of it, where it holds in them."""
        reaches = before.whole_channel or bool(changes.get("whole_channel"))
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
        if row.kind != "shadow":
            tx.afterwards.append(partial(self._push, tx.show_id, row.viewer_id, SanctionOwn(as_own(row))))
        if row.whole_channel:
            tx.afterwards.append(self._tell)


def holds(row: SanctionRow, now: datetime) -> bool:
    """Whether it is neither lifted nor over."""
    return row.lifted_at is None and (row.ends_at is None or row.ends_at > now)


def standing_of(row: SanctionRow) -> Standing:
    """Return how a sanction stands."""
    until = None if row.ends_at is None else to_wire(row.ends_at)
    own = None if row.kind == "shadow" else as_own(row)
    return Standing(row.viewer_id, row.id, row.version, until, lifted=row.lifted_at is not None, own=own)


def _answered(state: str, now: datetime, actor: Actor) -> dict[str, Any]:
    return {"appeal_state": state, "answered_at": now, "answered_by_name": actor.name}


def _audit(
    tx: ShowTransaction, actor: Actor, action: Action, row: SanctionRow, *, before: SanctionRow | None
) -> None:
    terms = _terms_of(row)
    audit(
        tx, actor, action, row.viewer_id,
        sanction=row.id, kind=row.kind, reason=row.reason, offset=tx.top,
        before=None if before is None else _terms_of(before), after=terms,
    )  # fmt: skip


def _terms_of(row: SanctionRow) -> dict[str, Any]:
    return {
        "until": None if row.ends_at is None else to_wire(row.ends_at),
        "reason": row.reason,
        "channel": row.whole_channel,
        "lifted": row.lifted_at is not None,
        "appeal": row.appeal_state,
    }


async def _require_sanctionable(tx: ShowTransaction, channel_id: str, viewer_id: str) -> None:
    if await is_staff_member(tx.connection, channel_id, viewer_id):
        raise RefusedError(Code.FORBIDDEN, "Staff cannot be sanctioned.")
    if await is_of_others_alone(tx.connection, channel_id, viewer_id):
        raise RefusedError(Code.NOT_FOUND, "This viewer was in no show of this channel.")
