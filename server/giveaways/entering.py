"""Entering giveaways: what one batch of the journal keeps."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.errors import RefusedError
from server.giveaways.draw import new_ticket
from server.giveaways.entries_repository import insert_entries, read_done, read_entries_of, read_persons
from server.giveaways.leaving_out import Entry
from server.giveaways.repository import read_giveaways, update_giveaway
from server.giveaways.rules import Giveaway
from server.hub.crowd import Doubt
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code


@dataclass(frozen=True, slots=True)
class Entering:
    """A viewer enters a giveaway. `address`: of a guest, where they come from; `doubt` that of a vote now."""

    viewer_id: str
    giveaway_id: str
    name: str
    address: str | None = None
    doubt: Doubt | None = None
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """A viewer's entry, and how many there are."""

    giveaway_id: str
    ticket: str
    entries: int


async def enter_many(tx: ShowTransaction, entering: Sequence[Entering]) -> list[Entered | RefusedError]:
    """Keep the entries of one batch, each person's once; who enters again gets the ticket that they have."""
    giveaways = await read_giveaways(tx.connection, tx.show_id, {each.giveaway_id for each in entering})
    persons = await read_persons(tx.connection, tx.show_id, [each.viewer_id for each in entering])
    ids = {id for each in persons.values() for id in each}
    known = await read_entries_of(tx.connection, tx.show_id, ids)
    done = {
        task: await read_done(tx.connection, tx.show_id, task, ids)
        for task in sorted({each.terms.task for each in giveaways.values()})
    }
    new: list[tuple[str, Entry]] = []
    answers: list[Entered | RefusedError] = []
    for each in entering:
        own = persons[each.viewer_id]
        try:
            giveaway = _open(tx, giveaways.get(each.giveaway_id))
            entry = next((known[giveaway.id, id] for id in own if (giveaway.id, id) in known), None)
            if entry is None:
                entry = _enter(tx, giveaway, each, set(own) & done[giveaway.terms.task])
                new.append((giveaway.id, entry))
                # Another id of the person in the same batch finds it too.
                known[giveaway.id, own[0]] = entry
                giveaway = giveaways[giveaway.id] = replace(giveaway, entries=giveaway.entries + 1)
            answers.append(Entered(giveaway.id, entry.ticket, giveaway.entries))
        except RefusedError as refused:
            answers.append(refused)
    if new:
        await insert_entries(tx.connection, tx.show_id, new)
        for giveaway_id in sorted({id for id, _ in new}):
            await update_giveaway(tx.connection, tell_entries(tx, giveaways[giveaway_id]))
    return answers


def _open(tx: ShowTransaction, giveaway: Giveaway | None) -> Giveaway:
    if giveaway is None or giveaway.state == "ready":
        raise RefusedError(Code.NOT_FOUND, "There is no such giveaway here.")
    if not giveaway.takes_entries(tx.now):
        raise RefusedError(Code.GIVEAWAY_CLOSED)
    return giveaway


def _enter(tx: ShowTransaction, giveaway: Giveaway, each: Entering, done: set[str]) -> Entry:
    if not done:
        raise RefusedError(Code.TASK_OPEN, task=giveaway.terms.task)
    return Entry(
        each.viewer_id,
        new_ticket(),
        each.name,
        tx.now,
        address=None if each.address is None else _digest_of(giveaway, each.address),
        staff=each.staff and not tx.rehearsal,
        doubt=None if each.doubt is None else each.doubt.value,
    )


def _digest_of(giveaway: Giveaway, address: str) -> str:
    """Return a digest of where a guest comes from, under the seed: nobody has it before the draw, with which the digest is gone."""
    assert giveaway.seed is not None, "it is made when a giveaway opens"
    return hmac.digest(bytes.fromhex(giveaway.seed), address.encode(), "sha256").hex()


def tell_entries(tx: ShowTransaction, giveaway: Giveaway) -> Giveaway:
    """Publish how many have entered, unless that was done just before; return the giveaway as it is then."""
    if not giveaway.to_be_told(tx.now):
        return giveaway
    tx.publish("giveaway.counted", {"giveaway": giveaway.id, "entries": giveaway.entries})
    return replace(giveaway, told_entries=giveaway.entries, told_at=tx.now)
