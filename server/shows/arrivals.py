"""Audiences that other shows hand over to this one: its staff are told who comes, until they have read it or it is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shows.arrivals_repository import drop_arrivals, mark_told, read_arrivals, read_untold
from server.shows.repository import read_show


@dataclass(frozen=True, slots=True)
class Telling:
    """Something was written about who comes that nobody was told."""


@dataclass(frozen=True, slots=True)
class Settling:
    """A member of staff has read that the audience of `show_id` comes."""

    actor: Actor
    show_id: str


async def arrive_many(tx: ShowTransaction, tasks: Sequence[Telling | Settling]) -> list[str | RefusedError]:
    """Take what was read out of the list, and tell staff how it stands now. Answers are the ids of shows, empty of a telling.

    To read what is there no more changes nothing.
    """
    if await read_show(tx.connection, tx.show_id) is None:
        return [RefusedError(Code.NOT_FOUND) for _ in tasks]
    changed = await read_untold(tx.connection, tx.show_id)
    answers: list[str | RefusedError] = []
    for task in tasks:
        if isinstance(task, Telling):
            answers.append("")
            continue
        if await drop_arrivals(tx.connection, tx.show_id, task.show_id):
            audit(tx, task.actor, "arrival.settle", tx.show_id, source=task.show_id)
            changed = True
        answers.append(task.show_id)
    if changed:
        await mark_told(tx.connection, tx.show_id)
        tx.publish_to_staff("arrivals.changed", {"arrivals": await read_arrivals(tx.connection, tx.show_id)})
    return answers


def about(viewers: int) -> int:
    """Return the number to two digits: how many come, nobody knows exactly."""
    digits = len(str(viewers)) - 2
    return round(viewers, -digits) if digits > 0 else viewers
