"""The SQL of limits: who a buyer is, and what they have taken already."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.rules import Stocked
from server.db.driver import as_array
from server.shop.allowances import GuestStanding, OwnLimit

Taken = tuple[str, str, int]
"""Who has how many units of which product: (viewer, product, units)."""

_READ_PEOPLE = text(
    """
    WITH known AS (SELECT canonical FROM viewer_alias WHERE show_id = :show AND taken_back_at IS NULL
                   AND (raw = ANY(CAST(:viewers AS text[])) OR canonical = ANY(CAST(:viewers AS text[]))))
    SELECT raw, canonical FROM viewer_alias
    WHERE show_id = :show AND taken_back_at IS NULL AND canonical IN (SELECT canonical FROM known)
    """
)
_READ_VARIANTS = text("SELECT id, parent_id FROM product WHERE parent_id = ANY(CAST(:parents AS text[]))")
_PAIRS = "unnest(CAST(:viewers AS text[]), CAST(:products AS text[])) AS w(viewer_id, product_id)"
_READ_BOUGHT = text(
    f"""
    SELECT o.viewer_id, o.product_id, CAST(sum(o.quantity) AS int) FROM orders AS o
    JOIN {_PAIRS} ON o.viewer_id = w.viewer_id AND o.product_id = w.product_id
    WHERE o.show_id = :show GROUP BY 1, 2
    """
)
_STILL_HELD = "h.state IN ('placed', 'unheld') AND (h.paying OR h.expires_at > :now)"
_READ_HELD = text(
    f"""
    SELECT h.viewer_id, l.product_id, CAST(sum(l.quantity) AS int) FROM hold AS h JOIN hold_line AS l ON l.hold_id = h.id
    JOIN {_PAIRS} ON h.viewer_id = w.viewer_id AND l.product_id = w.product_id
    WHERE h.show_id = :show AND {_STILL_HELD} GROUP BY 1, 2
    """
)
_READ_GUESTS = text(
    f"""
    SELECT g.id,
           (SELECT CAST(coalesce(sum(o.quantity), 0) AS int) FROM orders AS o WHERE o.viewer_id = g.id AND o.channel_id = :channel),
           (SELECT CAST(coalesce(sum(l.quantity), 0) AS int) FROM hold AS h JOIN hold_line AS l ON l.hold_id = h.id
            WHERE h.viewer_id = g.id AND h.channel_id = :channel AND {_STILL_HELD})
    FROM unnest(CAST(:guests AS text[])) AS g(id)
    """
)


async def read_people(connection: AsyncConnection, show_id: str, viewers: Iterable[str]) -> Mapping[str, str]:
    """Return by guest who they are by now, of all guests of the show who are one of these viewers."""
    rows = await connection.execute(_READ_PEOPLE, {"show": show_id, "viewers": as_array(set(viewers))})
    return {row.raw: row.canonical for row in rows}


async def read_own_limits(connection: AsyncConnection, products: Iterable[Stocked]) -> dict[str, OwnLimit]:
    """Return the own limits of these products, and of the other variants that count together with them; no SQL where there are none."""
    limited = [product for product in products if product.per_viewer_max is not None]
    own = {p.id: OwnLimit(p.parent_id or p.id, p.per_viewer_max or 0) for p in limited}
    parents = {p.parent_id: own[p.id] for p in limited if p.parent_id is not None}
    if parents:
        rows = await connection.execute(_READ_VARIANTS, {"parents": sorted(parents)})
        own |= {row.id: parents[row.parent_id] for row in rows}
    return own


def beside(pairs: Iterable[tuple[str, str]], own: Mapping[str, OwnLimit]) -> list[tuple[str, str]]:
    """Return pairs of viewer and product, each also with all that counts together with the product."""
    together: dict[str, list[str]] = {}
    for product_id, limit in own.items():
        together.setdefault(limit.counted_as, []).append(product_id)
    return [
        (viewer, each)
        for viewer, product in pairs
        for each in (together[own[product].counted_as] if product in own else [product])
    ]


def widen(pairs: Iterable[tuple[str, str]], people: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return pairs of viewer and product, each also with all other ids of the same person."""
    ids = _ids_by_person(people)
    return sorted(
        {(id, product) for viewer, product in pairs for id in ids.get(people.get(viewer, viewer), [viewer])}
    )


def ids_of(viewers: Iterable[str], people: Mapping[str, str]) -> set[str]:
    """Return these viewers' ids, with all other ids of the same persons."""
    ids = _ids_by_person(people)
    return {id for viewer in viewers for id in ids.get(people.get(viewer, viewer), [viewer])}


def _ids_by_person(people: Mapping[str, str]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {}
    for raw, canonical in people.items():
        ids.setdefault(canonical, [canonical]).append(raw)
    return ids


async def read_bought(
    connection: AsyncConnection, show_id: str, pairs: Sequence[tuple[str, str]]
) -> list[Taken]:
    """Return what these viewers have bought of these products in the show."""
    rows = await connection.execute(_READ_BOUGHT, {"show": show_id, **_as_arrays(pairs)})
    return [(row[0], row[1], row[2]) for row in rows]


async def read_held(
    connection: AsyncConnection, show_id: str, pairs: Sequence[tuple[str, str]], now: datetime
) -> list[Taken]:
    """Return what is held for these viewers of these products in the show."""
    rows = await connection.execute(_READ_HELD, {"show": show_id, "now": now, **_as_arrays(pairs)})
    return [(row[0], row[1], row[2]) for row in rows]


async def read_guests(
    connection: AsyncConnection, channel_id: str, guests: Collection[str], now: datetime
) -> dict[str, GuestStanding]:
    """Return what these guests have paid for in the channel, and hold there; no SQL for none."""
    if not guests:
        return {}
    given = {"channel": channel_id, "guests": list(guests), "now": now}
    return {id: GuestStanding(paid, held) for id, paid, held in await connection.execute(_READ_GUESTS, given)}


def _as_arrays(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {
        "viewers": as_array(viewer for viewer, _ in pairs),
        "products": as_array(product for _, product in pairs),
    }
