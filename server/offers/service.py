"""Offers of shows: prepared beside the journal, opened and closed through it, shown to those they are for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.actions import Action
from server.audit.tables import AuditRow
from server.audit.trail import Actor, insert_audit
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.journal.journal import Journal
from server.offers import repository
from server.offers.admission import Admission
from server.offers.desk import SaleDesk
from server.offers.opening import Goods, Moving, Opening
from server.offers.rules import PER_SHOW_MAX, Offer, Terms, check_goods, check_terms
from server.offers.secrets import Secrets
from server.offers.showing import Showing
from server.protocol.codes import Code
from server.protocol.offered import OfferAudience, OfferState
from server.shows.repository import read_show


@dataclass(frozen=True, slots=True)
class Wanted:
    """What staff want to offer. `code` is what holders are to give; None with the audience `code` keeps the one that there is."""

    product_id: str
    price_minor: int
    units_max: int | None = None
    per_viewer_max: int | None = None
    audience: OfferAudience = "everyone"
    segment: str | None = None
    code: str | None = None
    starts_at: datetime | None = None
    seconds: int | None = None


class Offers:
    """What may be done with offers; of other channels none is found."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        clock: Clock,
        *,
        admission: Admission,
        secrets: Secrets,
        read_goods: Goods,
    ) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        self._admission = admission
        self._secrets = secrets
        self._read_goods = read_goods
        self._opening = Opening(read_goods)
        self.desk = SaleDesk(admission)
        self.showing = Showing(database, clock, admission, secrets)

    async def open(
        self, show_id: str, actor: Actor, offer_id: str, *, intent: Intent | None = None
    ) -> OfferState:
        """Open an offer to those it is for.

        Raises `not_found`, `show_not_live`, `offer_closed` for one that was closed, `invalid` when the show does not sell the product
        or its segment is gone, `price_changed` when the product costs less, `conflict` when another offer of the product is open.
        """
        async with self._database.read_soon() as connection:
            known = (await repository.read_some(connection, show_id, [offer_id])).get(offer_id)
        if known is not None and known.state == "prepared":
            await self._admission.require_segment(known.channel_id, known.terms.segment)
        return await self._move(show_id, Moving(actor, offer_id, "open"), intent)

    async def close(
        self, show_id: str, actor: Actor, offer_id: str, *, intent: Intent | None = None
    ) -> OfferState:
        """Sell nothing more under an offer; raises `not_found`, and `conflict` for one that was never open."""
        return await self._move(show_id, Moving(actor, offer_id, "closed"), intent)

    async def _move(self, show_id: str, moving: Moving, intent: Intent | None) -> OfferState:
        return await self._journal.commit(
            show_id, self._opening.move, moving, intent=intent, kind=OfferState, repeatable=True
        )

    async def settle(self) -> None:
        """Close in every show what is over by now, and open what is due. Whether something is sold is never asked of this."""
        async with self._database.read_soon() as connection:
            due = await repository.read_due(connection, self._clock.now())
        for show_id in due:
            gone = await self._without_segment(show_id)
            await self._journal.commit(show_id, self._opening.settle, gone, patient=True)

    async def _without_segment(self, show_id: str) -> frozenset[str]:
        """Return the show's prepared offers to a segment that was deleted."""
        async with self._database.read_soon() as connection:
            offers = await repository.read_offers(connection, show_id)
        gone = set[str]()
        for offer in offers:
            if offer.state == "prepared" and offer.terms.starts_at is not None:
                try:
                    await self._admission.require_segment(offer.channel_id, offer.terms.segment)
                except RefusedError:
                    gone.add(offer.id)
        return frozenset(gone)

    async def prepare(
        self, show_id: str, channel_id: str, actor: Actor, wanted: Wanted, *, intent: Intent | None = None
    ) -> Offer:
        """Keep an offer of the show, to be opened by its host or at its time.

        Raises `not_found`, `show_not_live` after the show's end, `invalid` for terms that no offer may have, for more than `PER_SHOW_MAX`,
        for a product that the show does not sell or that has variants, `price_changed` for a price above the product's.
        """
        id = new_id("f")
        terms = self._terms_of(id, wanted, None)
        await self._admission.require_segment(channel_id, terms.segment)

        async def write(connection: AsyncConnection) -> Offer:
            currency = await self._check_place(connection, show_id, channel_id, terms)
            if await repository.count_offers(connection, show_id) >= PER_SHOW_MAX:
                raise RefusedError(Code.INVALID, f"A show has at most {PER_SHOW_MAX} offers.")
            offer = Offer(id, channel_id, show_id, terms, currency, "prepared", 1, self._clock.now())
            await repository.insert_offer(connection, offer)
            await insert_audit(connection, _noted(offer, actor, "offer.prepare", self._clock))
            return offer

        return await carry_out_once(self._database, self._clock, intent, Offer, write)

    async def change(
        self, offer_id: str, channel_id: str, actor: Actor, wanted: Wanted, match: Match
    ) -> Offer:
        """Offer this instead; raises as `prepare`, and `conflict` by `match` and for an offer that was open: it was shown to people."""
        before = await self._find_own(offer_id, channel_id)
        await self._admission.require_segment(channel_id, wanted.segment)

        async def change(connection: AsyncConnection) -> Offer:
            terms = self._terms_of(offer_id, wanted, before.terms.code_hash)
            currency = await self._check_place(connection, before.show_id, channel_id, terms)
            now = await _lock_prepared(connection, offer_id, match)
            return replace(now, terms=terms, currency=currency, start_refused=None, version=now.version + 1)

        return await self._write(change, actor, "offer.change")

    async def remove(self, offer_id: str, channel_id: str, actor: Actor, match: Match) -> None:
        """Delete an offer that was never open; raises `not_found`, and `conflict` by `match` and for one that was."""
        await self._find_own(offer_id, channel_id)
        async with self._database.write_soon() as connection:
            offer = await _lock_prepared(connection, offer_id, match)
            await repository.delete_offer(connection, offer_id)
            await insert_audit(connection, _noted(offer, actor, "offer.remove", self._clock))

    async def list_of(self, show_id: str, channel_id: str) -> list[Offer]:
        """Return the show's offers, the oldest first; raises `not_found`."""
        async with self._database.read_soon() as connection:
            show = await read_show(connection, show_id)
            if show is None or show.channel_id != channel_id:
                raise RefusedError(Code.NOT_FOUND)
            return await repository.read_offers(connection, show_id)

    async def find(self, offer_id: str, channel_id: str) -> Offer:
        """Return an offer of the channel; raises `not_found`."""
        return await self._find_own(offer_id, channel_id)

    async def _write(
        self, change: Callable[[AsyncConnection], Awaitable[Offer]], actor: Actor, action: Action
    ) -> Offer:
        async with self._database.write_soon() as connection:
            offer = await change(connection)
            await repository.update_offer(connection, offer)
            await insert_audit(connection, _noted(offer, actor, action, self._clock))
        return offer

    def _terms_of(self, offer_id: str, wanted: Wanted, kept: str | None) -> Terms:
        code_hash = kept if wanted.code is None else self._secrets.digest(offer_id, wanted.code)
        if wanted.audience != "code" and wanted.code is None:
            code_hash = None
        return check_terms(
            Terms(
                wanted.product_id,
                wanted.price_minor,
                wanted.units_max,
                wanted.per_viewer_max,
                wanted.audience,
                wanted.segment,
                code_hash,
                wanted.starts_at,
                wanted.seconds,
            )
        )

    async def _check_place(
        self, connection: AsyncConnection, show_id: str, channel_id: str, terms: Terms
    ) -> str:
        """Return the currency of what the show sells; raises where the offer does not go with it."""
        show = await read_show(connection, show_id)
        if show is None or show.channel_id != channel_id:
            raise RefusedError(Code.NOT_FOUND)
        if show.state in ("ended", "cancelled"):
            raise RefusedError(Code.SHOW_NOT_LIVE)
        goods = await self._read_goods(connection, show_id, channel_id, [terms.product_id])
        return check_goods(terms, goods[0] if goods else None).currency

    async def _find_own(self, offer_id: str, channel_id: str) -> Offer:
        async with self._database.read_soon() as connection:
            offer = await repository.read_offer(connection, offer_id)
        if offer is None or offer.channel_id != channel_id:
            raise RefusedError(Code.NOT_FOUND)
        return offer


async def _lock_prepared(connection: AsyncConnection, offer_id: str, match: Match) -> Offer:
    offer = await repository.read_offer(connection, offer_id, lock=True)
    if offer is None:
        raise RefusedError(Code.NOT_FOUND)
    match.require(offer.version, offer)
    if offer.state != "prepared":
        raise RefusedError(Code.CONFLICT, "This offer was open.", current={"state": offer.state})
    return offer


def _noted(offer: Offer, actor: Actor, action: Action, clock: Clock) -> AuditRow:
    return AuditRow(
        id=new_id("a"),
        show_id=offer.show_id,
        at=clock.now(),
        actor=actor.viewer_id,
        name=actor.name,
        role=actor.role,
        action=action,
        subject=offer.id,
        details={"product": offer.terms.product_id, "price": offer.terms.price_minor},
    )
