"""A show's steps through its journal: scheduled, rehearsed, started, ended, cancelled."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import msgspec

from server.audit.actions import Action
from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.pushes import Show, ShowState
from server.shows.rehearsal import Part, begin_rehearsal, leave_rehearsal
from server.shows.repository import as_show, read_show, update_show
from server.shows.rules import Step, state_after
from server.shows.tables import ShowRow
from server.webhooks import outbox
from server.webhooks.rules import EventType

_TOLD_AS = {"live": "show.started", "ended": "show.ended"}


@dataclass(frozen=True, slots=True)
class Stepping:
    """A member of staff takes a show a step on; `bots_looked_for` says whether the server tells suspected bots.

    `channel_id`: a show of another channel is not found; None where that was asked already.
    """

    actor: Actor
    step: Step
    bots_looked_for: bool = True
    channel_id: str | None = None
    follows: bool = False
    """Taken because the show that this one is held in has taken it."""


AtStep = Callable[[ShowTransaction, ShowRow], Awaitable[None]]
"""What a feature does in the transaction that starts a show, ends it, or arranges it anew, behind the publication of that."""


class Steps:
    """Takes steps; `parts` are what a rehearsal must leave as it was, `at_start` and `at_end` what follows a show's start and end."""

    def __init__(
        self, parts: Sequence[Part], at_end: Sequence[AtStep] = (), at_start: Sequence[AtStep] = ()
    ) -> None:
        self._parts = parts
        self._following: dict[ShowState, Sequence[AtStep]] = {"live": at_start, "ended": at_end}

    async def step_many(
        self, tx: ShowTransaction, steps: Sequence[Stepping]
    ) -> list[ShowState | RefusedError]:
        """Take the steps in order; only one that changes the state is published and kept."""
        answers: list[ShowState | RefusedError] = []
        for stepping in steps:
            try:
                answers.append(await self._take(tx, stepping))
            except RefusedError as refused:
                answers.append(refused)
        return answers

    async def _take(self, tx: ShowTransaction, stepping: Stepping) -> ShowState:
        row = await read_show(tx.connection, tx.show_id)
        if row is None or stepping.channel_id not in (None, row.channel_id):
            raise RefusedError(Code.NOT_FOUND)
        show = as_show(row)
        if show.beside is not None and stepping.step in ("start", "end") and not stepping.follows:
            raise RefusedError(Code.HELD_ELSEWHERE, show=show.beside)
        try:
            state = state_after(stepping.step, show.state)
        except RefusedError as refused:
            raise _with_current(refused, show) from None
        if state != show.state:
            await self._enter(tx, row, state, stepping)
        return state

    async def _enter(self, tx: ShowTransaction, row: ShowRow, state: ShowState, stepping: Stepping) -> None:
        changes: dict[str, Any] = {"state": state, "version": row.version + 1}
        if row.state == "rehearsal":
            changes |= await leave_rehearsal(tx, row, self._parts)
        elif state == "rehearsal":
            changes |= await begin_rehearsal(tx, row, self._parts)
        changes |= _times(state, tx.now, stepping)
        await update_show(tx.connection, tx.show_id, changes)
        show = as_show(row.model_copy(update=changes))
        tx.publish(_TOLD_AS.get(state, "show.changed"), {"show": show})
        if (told := _told_shop(row.state, state)) is not None:
            outbox.leave(tx, show.channel, told, {"show": show})
        audit(tx, stepping.actor, cast("Action", f"show.{stepping.step}"), tx.show_id)
        for follow in self._following.get(state, ()):
            await follow(tx, row)


def _told_shop(before: str, state: ShowState) -> EventType | None:
    """Return as what the merchant's backend is told of the step; nothing of a rehearsal, but that the show is off."""
    match state:
        case "live":
            return "show.started"
        case "ended":
            return "show.ended"
        case "cancelled":
            return "show.cancelled"
        case "scheduled" if before != "rehearsal":
            return "show.scheduled"
        case _:
            return None


def _times(state: ShowState, now: datetime, stepping: Stepping) -> dict[str, Any]:
    match state:
        case "live":
            return {"started_at": now, "bots_looked_for": stepping.bots_looked_for, "archived_at": None}
        case "ended":
            return {"ended_at": now}
        case _:
            return {"archived_at": None}


def _with_current(refused: RefusedError, show: Show) -> RefusedError:
    if refused.code is Code.CONFLICT:
        refused.data["current"] = msgspec.to_builtins(show)
    return refused
