"""Handing the audience over to another show, which hosts call a raid: viewers are shown the way there, and go if they like."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec import UNSET

from server.audit.trail import Actor, audit
from server.clock import to_wire
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.neighbours import HandOver
from server.protocol.pushes import HIDDEN, Show
from server.shows.arrivals_repository import is_declined, take_back_arrival, write_arrival
from server.shows.plans import rewrite
from server.shows.repository import as_show, read_show
from server.shows.tables import ShowRow
from server.shows.welcome_repository import read_welcome
from server.shows.welcome_rules import takes

HANDED_OVER_FROM: Final = ("live", "ended")
"""The states of a show that has an audience."""


@dataclass(frozen=True, slots=True)
class HandingOver:
    """A member of staff hands the audience, about `viewers`, over to the show `to`; None: takes that back."""

    actor: Actor
    to: str | None
    viewers: int | None = None


@dataclass(frozen=True, slots=True)
class TurningBack:
    """The staff of the show `by` do not take the audience that is handed over to it."""

    by: str


BY_THE_OTHER: Final = Actor("declined", "", "server")
"""Who takes a hand-over back that was declined: people of another channel are named to nobody."""


async def hand_over_many(
    tx: ShowTransaction, tasks: Sequence[HandingOver | TurningBack]
) -> list[Show | RefusedError]:
    """Carry out the tasks in order; what stands as wished already is neither published nor kept."""
    return [await _hand_over(tx, task) for task in tasks]


async def _hand_over(tx: ShowTransaction, task: HandingOver | TurningBack) -> Show | RefusedError:
    row = await read_show(tx.connection, tx.show_id)
    if row is None:
        return RefusedError(Code.NOT_FOUND)
    before = None if row.hand_over is None else str(row.hand_over["show"])
    if isinstance(task, TurningBack):
        if task.by != before:
            return as_show(row)
        tx.publish_to_staff("hand_over.declined", {"hand_over": row.hand_over})
        task = HandingOver(BY_THE_OTHER, None)
    if task.to == before:
        return as_show(row)
    wanted = None
    if task.to is not None:
        try:
            wanted = await _way_to(tx, row, task.to)
        except RefusedError as refused:
            return refused
    if before is not None:
        await take_back_arrival(tx.connection, tx.show_id, before)
    if task.to is not None:
        await write_arrival(tx.connection, tx.show_id, task.to, task.viewers, tx.now)
    audit(tx, task.actor, "show.hand_over", tx.show_id, before={"to": before}, after={"to": task.to})
    return await rewrite(tx, row, {"hand_over": wanted})


async def _way_to(tx: ShowTransaction, row: ShowRow, id: str) -> dict[str, str]:
    """Return the way to a show, as it is kept; raises `invalid`, `not_found`, `not_welcome` and `show_not_live`."""
    if id == row.id:
        raise RefusedError(Code.INVALID, "A show is not handed over to itself.")
    to = await read_show(tx.connection, id)
    abroad = to is not None and to.channel_id != row.channel_id
    if to is None or (abroad and to.state in HIDDEN):
        raise RefusedError(Code.NOT_FOUND)
    if abroad:
        await _require_welcome(tx, row, to)
    if await is_declined(tx.connection, to.id, row.id):
        raise RefusedError(Code.NOT_WELCOME, "Its hosts do not take the viewers of this show.")
    if row.state not in HANDED_OVER_FROM or to.state != "live":
        raise RefusedError(Code.SHOW_NOT_LIVE)
    channel = to.channel_id if abroad else UNSET
    way: dict[str, str] = msgspec.to_builtins(
        HandOver(show=to.id, title=to.title, host=to.host, at=to_wire(tx.now), channel=channel)
    )
    return way


async def _require_welcome(tx: ShowTransaction, row: ShowRow, to: ShowRow) -> None:
    """Asked before anything of how the other show stands: who is not welcome learns no more than that."""
    welcome = await read_welcome(tx.connection, to.channel_id)
    if not takes(welcome.whose, welcome.channels, row.channel_id):
        raise RefusedError(Code.NOT_WELCOME)
