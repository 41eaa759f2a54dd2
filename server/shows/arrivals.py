"""Audiences that other shows hand over to this one: its staff are told who comes, until they have read it or it is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.arriving import Declined
from server.protocol.codes import Code
from server.protocol.pushes import HIDDEN
from server.shows.arrivals_repository import (
    drop_arrivals,
    drop_declined,
    mark_told,
    read_arrivals,
    read_declined,
    read_untold,
    write_declined,
)
from server.shows.repository import read_show
from server.shows.tables import ShowRow

DECLINED_MAX: Final = 100
"""Shows whose audience one show does not take."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Something was written about who comes that nobody was told."""


@dataclass(frozen=True, slots=True)
class Settling:
    """A member of staff has read that the audience of `show_id` comes."""

    actor: Actor
    show_id: str


@dataclass(frozen=True, slots=True)
class Declining:
    """A member of staff does not take the audience of `show_id`, whether it comes already or not; `undo`: it may come after all."""

    actor: Actor
    show_id: str
    undo: bool = False


async def arrive_many(
    tx: ShowTransaction, tasks: Sequence[Telling | Settling | Declining]
) -> list[str | RefusedError]:
    """Take what was read or declined out of the list, and tell staff how it stands now. Answers are ids of shows, empty of a telling.

    To read what is there no more, or to decline it again, changes nothing. Raises `invalid` for the show itself, `not_found` for a show
    that there is not, and `too_many`.
    """
    show = await read_show(tx.connection, tx.show_id)
    if show is None:
        return [RefusedError(Code.NOT_FOUND) for _ in tasks]
    changed = await read_untold(tx.connection, tx.show_id)
    declined = before = await read_declined(tx.connection, tx.show_id)
    answers: list[str | RefusedError] = []
    for task in tasks:
        if isinstance(task, Telling):
            answers.append("")
            continue
        try:
            if isinstance(task, Declining):
                await _decline(tx, show, task, declined)
                declined = await read_declined(tx.connection, tx.show_id)
        except RefusedError as refused:
            answers.append(refused)
            continue
        if await drop_arrivals(tx.connection, tx.show_id, task.show_id):
            if isinstance(task, Settling):
                audit(tx, task.actor, "arrival.settle", tx.show_id, source=task.show_id)
            changed = True
        answers.append(task.show_id)
    if changed:
        await mark_told(tx.connection, tx.show_id)
        tx.publish_to_staff("arrivals.changed", {"arrivals": await read_arrivals(tx.connection, tx.show_id)})
    if declined != before:
        tx.publish_to_staff("arrivals.declined", {"declined": declined})
    return answers


async def _decline(tx: ShowTransaction, show: ShowRow, task: Declining, known: Sequence[Declined]) -> None:
    there = any(each.show == task.show_id for each in known)
    if task.undo:
        if await drop_declined(tx.connection, tx.show_id, task.show_id):
            audit(
                tx, task.actor, "arrival.decline", tx.show_id, source=task.show_id, before=True, after=False
            )
        return
    if there:
        return
    source = await read_show(tx.connection, task.show_id)
    if task.show_id == tx.show_id:
        raise RefusedError(Code.INVALID, "A show is not handed over to itself.")
    if source is None or (source.channel_id != show.channel_id and source.state in HIDDEN):
        raise RefusedError(Code.NOT_FOUND)
    if len(known) >= DECLINED_MAX:
        raise RefusedError(Code.TOO_MANY, limit=DECLINED_MAX)
    await write_declined(tx.connection, tx.show_id, task.show_id, tx.now)
    audit(tx, task.actor, "arrival.decline", tx.show_id, source=task.show_id, before=False, after=True)


def about(viewers: int) -> int:
    """Return the number to two digits: how many come, nobody knows exactly."""
    digits = len(str(viewers)) - 2
    return round(viewers, -digits) if digits > 0 else viewers
