"""All SQL of offers and of their units."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from msgspec import UNSET, UnsetType
from sqlalchemy import Row, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import to_wire
from server.offers.rules import Offer, Terms
from server.offers.tables import OfferRow
from server.protocol import offered

_OFFER = OfferRow.__table__  # type: ignore[attr-defined]
_TERMS: Final = (
    "product_id", "price_minor", "units_max", "per_viewer_max", "audience", "segment", "code_hash", "starts_at", "seconds"
)  # fmt: skip
_STANDING: Final = ("opened_at", "closes_at", "closed_at", "closed_why", "start_refused")

INSERT_SALES: Final = """
    INSERT INTO offer_sale (order_id, offer_id, viewer_id, quantity)
    SELECT order_id, offer_id, viewer_id, quantity
    FROM json_to_recordset(CAST(%s AS json)) AS s (order_id text, offer_id text, viewer_id text, quantity int)
"""
HELD: Final = """
    coalesce((SELECT CAST(sum(l.quantity) AS int) FROM hold_line AS l JOIN hold AS h ON h.id = l.hold_id
              WHERE l.offer_id = offer.id AND h.state = 'placed'), 0) AS units_held
"""
"""SQL for the units that are held under a row of `offer`."""
_ALL: Final = f"SELECT offer.*, {HELD} FROM offer"
_OF_SHOW: Final = text(f"{_ALL} WHERE show_id = :show AND (NOT :open_only OR state = 'open') ORDER BY id")
_SOME: Final = text(f"{_ALL} WHERE show_id = :show AND id = ANY(CAST(:ids AS text[])) ORDER BY id")
_ONE: Final = text(f"{_ALL} WHERE id = :id")
# In the order of their ids: whoever locks several waits for others, and never in a ring.
_LOCK: Final = text("SELECT id FROM offer WHERE id = ANY(CAST(:ids AS text[])) ORDER BY id FOR UPDATE")
_LIVE: Final = text("""
    SELECT offer.*, 0 AS units_held FROM offer JOIN show ON show.id = offer.show_id
    WHERE offer.id = :id AND offer.state = 'open' AND show.state = 'live'
""")
_ADD_SOLD: Final = text("""
    UPDATE offer SET units_sold = units_sold + given.sold
    FROM unnest(CAST(:ids AS text[]), CAST(:sold AS int[])) AS given (id, sold) WHERE offer.id = given.id
""")
# A person is the known viewer and every guest of the show who turned out to be them.
_TAKEN: Final = text("""
    WITH asked AS (
        SELECT DISTINCT given.viewer_id, coalesce(k.canonical, given.viewer_id) AS person
        FROM unnest(CAST(:viewers AS text[])) AS given (viewer_id)
        LEFT JOIN viewer_alias AS k ON k.show_id = :show AND k.raw = given.viewer_id AND k.taken_back_at IS NULL
    ), own AS (
        SELECT person, person AS id FROM asked
        UNION SELECT asked.person, k.raw FROM asked
        JOIN viewer_alias AS k ON k.show_id = :show AND k.canonical = asked.person AND k.taken_back_at IS NULL
    ), taken AS (
        SELECT person, offer_id, sum(quantity) AS units FROM (
            SELECT own.person, s.offer_id, s.quantity FROM own
            JOIN offer_sale AS s ON s.viewer_id = own.id AND s.offer_id = ANY(CAST(:offers AS text[]))
            UNION ALL SELECT own.person, l.offer_id, l.quantity FROM own
            JOIN hold AS h ON h.viewer_id = own.id AND h.show_id = :show AND h.state IN ('placed', 'unheld')
            JOIN hold_line AS l ON l.hold_id = h.id AND l.offer_id = ANY(CAST(:offers AS text[]))) AS each
        GROUP BY person, offer_id
    )
    SELECT asked.viewer_id, asked.person, taken.offer_id, CAST(taken.units AS int) AS units
    FROM asked LEFT JOIN taken USING (person)
""")
_OFFERS_OF_ORDERS: Final = text(
    "SELECT order_id, offer_id FROM offer_sale WHERE order_id = ANY(CAST(:orders AS text[]))"
)
_DUE: Final = text("""
    SELECT show_id FROM offer WHERE state = 'open' AND closes_at <= :now
    UNION SELECT offer.show_id FROM offer JOIN show ON show.id = offer.show_id
    WHERE offer.state = 'prepared' AND offer.starts_at <= :now AND offer.start_refused IS NULL AND show.state = 'live'
""")
_RESET: Final = (
    text(
        "DELETE FROM offer_holder USING offer WHERE offer.id = offer_holder.offer_id AND offer.show_id = :show"
    ),
    text("""
        UPDATE offer SET state = 'prepared', version = version + 1, opened_at = NULL, closes_at = NULL, closed_at = NULL,
               closed_why = NULL, start_refused = NULL, units_sold = 0
        WHERE show_id = :show AND state <> 'prepared'
    """),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """Who each viewer is, and how many units a person has taken under an offer."""

    person: dict[str, str]
    units: dict[tuple[str, str], int]
    """By offer and person."""

    def of(self, offer_id: str, viewer_id: str) -> int:
        """Return the units that a viewer, by whatever id, has taken under an offer."""
        return self.units.get((offer_id, self.person.get(viewer_id, viewer_id)), 0)


def as_public(offer: Offer) -> offered.Offer:
    """Return an open offer as everybody may know of it."""
    assert offer.opened_at is not None, "nobody but staff knows of it before"
    return offered.Offer(
        offer.id,
        offer.terms.product_id,
        offer.terms.audience,
        to_wire(offer.opened_at),
        closes_at=None if offer.closes_at is None else to_wire(offer.closes_at),
        left=offer.left,
    )


def as_staffs(offer: Offer) -> offered.StaffOffer:
    """Return an open offer as staff see it."""
    public, terms = as_public(offer), offer.terms
    return offered.StaffOffer(
        public.id,
        public.product,
        public.audience,
        public.opened_at,
        price=terms.price_minor,
        currency=offer.currency,
        sold=offer.units_sold,
        held=offer.units_held,
        amount=offer.units_sold * terms.price_minor,
        closes_at=public.closes_at,
        left=public.left,
        units_max=terms.units_max,
        per_viewer_max=terms.per_viewer_max,
        segment=terms.segment,
    )


@dataclass(frozen=True, slots=True)
class OfferPart:
    """The offers' part of a snapshot, for viewers and for staff."""

    public: list[offered.Offer] | UnsetType
    staff: list[offered.StaffOffer] | UnsetType


async def read_snapshot_part(connection: AsyncConnection, show_id: str) -> OfferPart:
    """Return the show's open offers, by id."""
    found = await read_offers(connection, show_id, open_only=True)
    if not found:
        return OfferPart(UNSET, UNSET)
    return OfferPart([as_public(each) for each in found], [as_staffs(each) for each in found])


async def read_offers(connection: AsyncConnection, show_id: str, *, open_only: bool = False) -> list[Offer]:
    """Return the show's offers, the oldest first."""
    given = {"show": show_id, "open_only": open_only}
    return [as_offer(row) for row in await connection.execute(_OF_SHOW, given)]


async def read_some(connection: AsyncConnection, show_id: str, ids: Collection[str]) -> dict[str, Offer]:
    """Return those of the ids that are offers of the show."""
    given = {"show": show_id, "ids": sorted(ids)}
    return {row.id: as_offer(row) for row in await connection.execute(_SOME, given)}


async def lock_offers(connection: AsyncConnection, show_id: str, ids: Collection[str]) -> dict[str, Offer]:
    """Lock those of the ids that are offers of the show, in the order of their ids, and return them. Products are locked before."""
    known = await read_some(connection, show_id, ids)
    await connection.execute(_LOCK, {"ids": sorted(known)})
    return await read_some(connection, show_id, known)


async def read_offer(connection: AsyncConnection, offer_id: str, *, lock: bool = False) -> Offer | None:
    """Return an offer, locked until the transaction's end where wished; None when there is none."""
    if lock:
        await connection.execute(_LOCK, {"ids": [offer_id]})
    row = (await connection.execute(_ONE, {"id": offer_id})).one_or_none()
    return None if row is None else as_offer(row)


async def read_live_offer(connection: AsyncConnection, offer_id: str) -> Offer | None:
    """Return an offer that is open in a live show; None for any other."""
    row = (await connection.execute(_LIVE, {"id": offer_id})).one_or_none()
    return None if row is None else as_offer(row)


async def count_offers(connection: AsyncConnection, show_id: str) -> int:
    """Return how many offers the show has."""
    wanted = select(func.count()).select_from(_OFFER).where(_OFFER.c.show_id == show_id)
    return int(await connection.scalar(wanted) or 0)


async def insert_offer(connection: AsyncConnection, offer: Offer) -> None:
    """Write a new offer."""
    await connection.execute(
        insert(_OFFER).values(
            id=offer.id,
            channel_id=offer.channel_id,
            show_id=offer.show_id,
            state=offer.state,
            currency=offer.currency,
            version=offer.version,
            created_at=offer.created_at,
            **_columns(offer.terms),
        )
    )


async def update_offer(connection: AsyncConnection, offer: Offer) -> None:
    """Write everything of an offer that may change, its units aside."""
    columns = {name: getattr(offer, name) for name in ("state", "version", "currency", *_STANDING)}
    changed = update(_OFFER).where(_OFFER.c.id == offer.id)
    await connection.execute(changed.values(**columns, **_columns(offer.terms)))


async def add_sold(connection: AsyncConnection, sold: Mapping[str, int]) -> None:
    """Write how many units more were sold under offers that are locked."""
    if sold:
        await connection.execute(_ADD_SOLD, {"ids": list(sold), "sold": list(sold.values())})


async def delete_offer(connection: AsyncConnection, offer_id: str) -> None:
    """Delete an offer that was never open."""
    await connection.execute(delete(_OFFER).where(_OFFER.c.id == offer_id))


async def read_taken(
    connection: AsyncConnection, show_id: str, viewers: Iterable[str], offers: Collection[str]
) -> Taken:
    """Return what these viewers have taken under these offers, whichever of their ids they took it by."""
    given = {"show": show_id, "viewers": sorted(set(viewers)), "offers": sorted(offers)}
    rows = (await connection.execute(_TAKEN, given)).all()
    units = {(row.offer_id, row.person): row.units for row in rows if row.offer_id is not None}
    return Taken({row.viewer_id: row.person for row in rows}, units)


async def read_offers_of(connection: AsyncConnection, orders: Collection[str]) -> dict[str, str]:
    """Return under which offer each of these orders was sold; those under none are not there."""
    rows = await connection.execute(_OFFERS_OF_ORDERS, {"orders": sorted(orders)})
    return {row.order_id: row.offer_id for row in rows}


async def read_due(connection: AsyncConnection, now: Any) -> list[str]:
    """Return the shows with an offer that is to open or to close by now."""
    return list(await connection.scalars(_DUE, {"now": now}))


async def reset_offers(connection: AsyncConnection, show_id: str) -> None:
    """Have every offer of the show as it was prepared."""
    for statement in _RESET:
        await connection.execute(statement, {"show": show_id})


def _columns(terms: Terms) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in _TERMS}


def as_offer(row: Row[Any]) -> Offer:
    """Return a row of `offer` as an offer."""
    return Offer(
        id=row.id,
        channel_id=row.channel_id,
        show_id=row.show_id,
        terms=Terms(**{name: getattr(row, name) for name in _TERMS}),
        currency=row.currency,
        state=row.state,
        version=row.version,
        created_at=row.created_at,
        units_sold=row.units_sold,
        units_held=row.units_held,
        **{name: getattr(row, name) for name in _STANDING},
    )
