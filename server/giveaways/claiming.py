"""Claiming prizes: what one batch of the journal keeps."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.errors import RefusedError
from server.giveaways.entries_repository import read_persons
from server.giveaways.repository import read_giveaways, update_giveaway
from server.giveaways.rules import claimed
from server.giveaways.telling import Push, publish_changed, tell_winners
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code


@dataclass(frozen=True, slots=True)
class Claiming:
    """A viewer claims the prize that they have won; `contact`: where it is to go."""

    viewer_id: str
    giveaway_id: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Which prize was claimed, by the place in the draw."""

    giveaway_id: str
    rank: int


async def claim_many(
    tx: ShowTransaction, claims: Sequence[Claiming], *, push: Push
) -> list[Claimed | RefusedError]:
    """Keep that winners have answered, in order; who has claimed already stays with what they wrote first."""
    giveaways = await read_giveaways(tx.connection, tx.show_id, {each.giveaway_id for each in claims})
    persons = await read_persons(tx.connection, tx.show_id, [each.viewer_id for each in claims])
    answers: list[Claimed | RefusedError] = []
    for each in claims:
        try:
            giveaway = giveaways.get(each.giveaway_id)
            if giveaway is None:
                raise RefusedError(Code.NOT_FOUND, "There is no such giveaway here.")
            changed, won = claimed(giveaway, persons[each.viewer_id], each.contact, tx.now)
            if changed is not giveaway:
                giveaways[giveaway.id] = changed
                await update_giveaway(tx.connection, changed)
                publish_changed(tx, changed)
                tell_winners(tx, changed, [won], push)
            answers.append(Claimed(giveaway.id, won.rank))
        except RefusedError as refused:
            answers.append(refused)
    return answers
