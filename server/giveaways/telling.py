"""What a show is told of its giveaways, and what winners are told alone."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from server.clock import to_wire
from server.giveaways.rules import Giveaway, Won
from server.journal.transaction import ShowTransaction
from server.protocol.giveaway_lines import GiveawayOwn
from server.protocol.given_away import Giveaway as PublicGiveaway
from server.protocol.given_away import Winner
from server.text.names import guest_number

Push = Callable[[str, str, Any], None]
"""Takes a show, a viewer and a line for that viewer alone."""


def tell_nobody(show_id: str, viewer_id: str, line: Any) -> None:
    """A push that goes nowhere: winners read what they have won by HTTP."""


def as_public(giveaway: Giveaway) -> PublicGiveaway:
    """Return the giveaway as everybody reads it, with the number of entries that was told last; its seed only once it is drawn."""
    assert giveaway.opened_at is not None, "nobody but staff knows of it before"
    assert giveaway.commitment is not None, "it is made when a giveaway opens"
    terms = giveaway.terms
    return PublicGiveaway(
        id=giveaway.id,
        prize=terms.prize,
        task=terms.task,
        state=giveaway.state,
        version=giveaway.version,
        opened_at=to_wire(giveaway.opened_at),
        winners_max=terms.winners_max,
        claim_seconds=terms.claim_seconds,
        per_address=terms.per_address_max,
        commitment=giveaway.commitment,
        entries=giveaway.told_entries,
        product=terms.product_id,
        hint=terms.hint,
        closes_at=None if giveaway.closes_at is None else to_wire(giveaway.closes_at),
        seed=giveaway.seed if giveaway.state == "drawn" else None,
        digest=giveaway.digest,
        left_out=giveaway.left_out,
        winners=[_winner(won) for won in giveaway.winners],
        reason=giveaway.reason,
    )


def _winner(won: Won) -> Winner:
    return Winner(
        won.rank, won.ticket, won.name, won.state, to_wire(won.claim_by), guest=guest_number(won.name)
    )


def publish_changed(tx: ShowTransaction, giveaway: Giveaway) -> None:
    """Publish how the giveaway stands now, as long as it is shown."""
    if giveaway.shown:
        tx.publish("giveaway.changed", {"giveaway": as_public(giveaway)})


def tell_winners(tx: ShowTransaction, giveaway: Giveaway, winners: Iterable[Won], push: Push) -> None:
    """Tell each of the winners how their prize stands, once that is committed."""
    for won in winners:
        own = GiveawayOwn(
            giveaway.id, giveaway.terms.prize, won.ticket, won.rank, won.state, to_wire(won.claim_by)
        )
        tx.afterwards.append(partial(push, tx.show_id, won.viewer_id, own))
