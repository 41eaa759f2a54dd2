"""All SQL of holds. Statements take arrays: one round trip whatever their number."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.rules import Stocked
from server.db import driver
from server.shop.hold_rules import HeldMove, Hold, HoldLine, HoldState

# In the order in which `_as_hold` takes them: first the hold's, its lines left out, then a line's.
_COLUMNS = (
    "h.id, h.channel_id, h.show_id, h.viewer_id, h.key, h.state, h.currency, h.placed_at, h.expires_at, h.paying, h.ended_at,"
    " h.ended_why, h.staff, CASE WHEN h.state = 'confirmed' THEN"
    " (SELECT o.id FROM orders AS o WHERE o.viewer_id = h.viewer_id AND o.key = h.id || '/0') END AS order_id, h.origin,"
    " h.exchanges, h.first_paid, l.product_id, l.quantity, l.unit_price_minor, l.offer_id"
)
_BEFORE_LINES: Final = 7
_OF_HOLD: Final = 17
_READ = f"SELECT {_COLUMNS} FROM hold AS h JOIN hold_line AS l ON l.hold_id = h.id"
# Hundreds at once travel as one JSON parameter: the driver takes longer to write an array than SQL to read it.
_IDS: Final = "ANY(ARRAY(SELECT json_array_elements_text(CAST(%s AS json))))"
_READ_HOLDS: Final = f"{_READ} WHERE h.id = {_IDS} ORDER BY h.id, l.nth"
_READ_BY_KEY: Final = f"""
    {_READ} JOIN json_to_recordset(CAST(%s AS json)) AS wanted(viewer_id text, key text)
        ON h.viewer_id = wanted.viewer_id AND h.key = wanted.key ORDER BY h.id, l.nth
"""
_READ_OWN = text(
    f"""
    {_READ} WHERE h.viewer_id = ANY(:viewers) AND h.show_id = :show AND (h.state IN ('placed', 'unheld') OR h.placed_at > :since)
    ORDER BY h.id DESC, l.nth
    """
)
# A hold of which one product is wanted gives back all of its lines: their products are locked with those that are wanted.
LAPSED: Final = "h.state = 'placed' AND NOT h.paying AND h.expires_at <= :now"
"""SQL that is true of a hold `h` whose time is over at `:now`; the index `hold_lapsing` finds it."""
_READ_LAPSED = text(
    f"""
    {_READ} WHERE h.id IN (
        SELECT h.id FROM hold AS h WHERE {LAPSED} AND h.channel_id = :channel AND (CAST(:ids AS text[]) IS NULL OR EXISTS (
            SELECT FROM hold_line AS w WHERE w.hold_id = h.id AND w.product_id = ANY(CAST(:ids AS text[]))))
        ORDER BY h.expires_at, h.id LIMIT :most)
    ORDER BY h.id, l.nth
    """
)
_INSERT_HOLDS: Final = """
    WITH placed AS (
        INSERT INTO hold (id, channel_id, show_id, viewer_id, key, state, currency, amount_minor, placed_at, expires_at, staff, origin,
                          exchanges, first_paid)
        SELECT id, %s, %s, viewer_id, key, state, currency, amount_minor, %s, until, staff, origin, exchanges, first_paid
        FROM json_to_recordset(CAST(%s AS json)) AS h(
            id text, viewer_id text, key text, state text, currency text, amount_minor bigint, until timestamptz, staff boolean,
            origin text, exchanges text, first_paid boolean)
        ON CONFLICT (viewer_id, key) DO NOTHING RETURNING id
    ),
    lines AS (
        INSERT INTO hold_line (hold_id, nth, product_id, quantity, unit_price_minor, offer_id)
        SELECT l.hold_id, l.nth, l.product_id, l.quantity, l.unit_price_minor, l.offer_id
        FROM json_to_recordset(CAST(%s AS json)) AS l(
            hold_id text, nth int, product_id text, quantity int, unit_price_minor bigint, offer_id text)
        JOIN placed ON placed.id = l.hold_id
    )
    SELECT id FROM placed
"""
_DELETE_HOLDS = text("DELETE FROM hold WHERE id = ANY(:ids)")
# Seen again as it stands once it is locked: whoever was faster has ended it, or has begun to pay.
_END_HOLDS: Final = f"""
    UPDATE hold SET state = %s, paying = false, ended_at = %s, ended_why = %s
    WHERE id = {_IDS} AND state = ANY(%s) AND (CAST(%s AS boolean) OR NOT paying) RETURNING id
"""
_LOCK_STANDING = text(
    """
    SELECT id FROM hold WHERE id = ANY(:ids) AND state IN ('placed', 'unheld') AND NOT paying AND expires_at > :now ORDER BY id
    FOR NO KEY UPDATE
    """
)
_BEGIN_PAYING = text(
    "UPDATE hold SET paying = true WHERE id = ANY(:ids) AND state IN ('placed', 'unheld') AND (paying OR expires_at > :now) RETURNING id"
)
_END_PAYING = text("UPDATE hold SET paying = false WHERE id = ANY(:ids) AND state IN ('placed', 'unheld')")
_LOCK_HELD = text(
    """
    SELECT id, price_minor, currency, stock, sold, stock_moves, parent_id IS NULL AND options IS NOT NULL AS heading, title, sku,
           external_id, held
    FROM product WHERE id = ANY(:ids) AND channel_id = :channel ORDER BY id FOR NO KEY UPDATE
    """
)
_SET_UNITS = text(
    """
    UPDATE product SET stock = s.stock, held = s.held, sold = s.sold, stock_moves = s.moves, waiting = s.waiting
    FROM unnest(CAST(:ids AS text[]), CAST(:stocks AS int[]), CAST(:helds AS int[]), CAST(:solds AS int[]), CAST(:moves AS bigint[]),
                CAST(:waitings AS int[])) AS s(id, stock, held, sold, moves, waiting)
    WHERE product.id = s.id
    """
)
INSERT_HELD_MOVES: Final = """
    INSERT INTO stock_held (product_id, move, hold_id, kind, quantity, stock_after, at)
    SELECT product_id, move, hold_id, kind, quantity, stock_after, at
    FROM json_to_recordset(CAST(%s AS json)) AS m (
        product_id text, move bigint, hold_id text, kind text, quantity int, stock_after int, at timestamptz)
"""


async def read_holds(connection: AsyncConnection, ids: Collection[str]) -> dict[str, Hold]:
    """Return those of the holds that there are, by id."""
    rows = await driver.fetch(connection, _READ_HOLDS, [driver.as_json(list(ids))])
    return {hold.id: hold for hold in _as_holds(rows)}


async def read_by_key(connection: AsyncConnection, pairs: Sequence[tuple[str, str]]) -> list[Hold]:
    """Return the holds that have one of these pairs of viewer and key, of whatever show."""
    # A pair that stands twice would have each of its lines twice.
    once = [{"viewer_id": viewer, "key": key} for viewer, key in set(pairs)]
    return _as_holds(await driver.fetch(connection, _READ_BY_KEY, [driver.as_json(once)]))


async def read_own(
    connection: AsyncConnection, show_id: str, viewers: Sequence[str], since: datetime
) -> list[Hold]:
    """Return these viewers' holds in the show, the newest first: all that are placed, and those placed after `since`."""
    given = {"show": show_id, "viewers": list(viewers), "since": since}
    return _as_holds(await connection.execute(_READ_OWN, given))


async def read_lapsed(
    connection: AsyncConnection,
    channel_id: str,
    now: datetime,
    ids: Collection[str] | None = None,
    *,
    most: int | None = None,
) -> list[Hold]:
    """Return holds of the channel whose time is over, of any of these products where given; they may end before they are locked."""
    wanted = None if ids is None else list(ids)
    given = {"channel": channel_id, "now": now, "ids": wanted, "most": most}
    return _as_holds(await connection.execute(_READ_LAPSED, given))


async def insert_holds(
    connection: AsyncConnection, channel_id: str, show_id: str, holds: Sequence[Hold]
) -> list[str]:
    """Write new holds, all of one show and one moment, and return the ids of those that were written.

    One whose key another show's transaction has taken meanwhile is left out; that other hold can be read from now on.
    """
    if not holds:
        return []
    rows = [
        {
            "id": hold.id,
            "viewer_id": hold.viewer_id,
            "key": hold.key,
            "state": hold.state,
            "currency": hold.currency,
            "amount_minor": hold.amount_minor,
            "until": hold.expires_at,
            "staff": hold.staff,
            "origin": hold.origin,
            "exchanges": hold.exchanges,
            "first_paid": hold.first_paid,
        }
        for hold in holds
    ]
    lines = [
        {
            "hold_id": hold.id,
            "nth": nth,
            "product_id": line.product_id,
            "quantity": line.quantity,
            "unit_price_minor": line.unit_price_minor,
            "offer_id": line.offer_id,
        }
        for hold in holds
        for nth, line in enumerate(hold.lines)
    ]
    given = [channel_id, show_id, holds[0].placed_at, driver.as_json(rows), driver.as_json(lines)]
    return [id for (id,) in await driver.fetch(connection, _INSERT_HOLDS, given)]


async def delete_holds(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """Take back holds that the same transaction has written."""
    await connection.execute(_DELETE_HOLDS, {"ids": ids})


async def end_holds(
    connection: AsyncConnection,
    ids: Collection[str],
    state: HoldState,
    now: datetime,
    *,
    why: str | None = None,
    paying_too: bool = False,
    from_states: Sequence[HoldState] = ("placed",),
) -> set[str]:
    """End those of the holds that are still in one of `from_states`, and return their ids. Products must be locked before.

    Without `paying_too` those that are being paid are left alone.
    """
    if not ids:
        return set()
    given = [state, now, why, driver.as_json(list(ids)), list(from_states), paying_too]
    return {id for (id,) in await driver.fetch(connection, _END_HOLDS, given)}


async def mark_paying(connection: AsyncConnection, ids: Collection[str], now: datetime) -> set[str]:
    """Note that a payment of each hold is open, unless it has ended or its time is over; return those of which it is so."""
    return set(await connection.scalars(_BEGIN_PAYING, {"ids": list(ids), "now": now})) if ids else set()


async def lock_standing(connection: AsyncConnection, ids: Collection[str], now: datetime) -> set[str]:
    """Lock those of the holds that stand and are not being paid, and return their ids. Products must be locked before."""
    return set(await connection.scalars(_LOCK_STANDING, {"ids": list(ids), "now": now}))


async def unmark_paying(connection: AsyncConnection, ids: Collection[str]) -> None:
    """Note that no payment of these holds is open."""
    await connection.execute(_END_PAYING, {"ids": list(ids)})


async def lock_held(connection: AsyncConnection, channel_id: str, ids: Iterable[str]) -> list[Stocked]:
    """Lock those products that the channel has, archived or not, in the order of their ids, and return them."""
    rows = await connection.execute(_LOCK_HELD, {"ids": sorted(set(ids)), "channel": channel_id})
    return [Stocked(*row) for row in rows]


async def set_units(connection: AsyncConnection, products: Sequence[Stocked]) -> None:
    """Write what is free, held and sold of products that are locked, the number of their last change, and how many wait."""
    if products:
        await connection.execute(
            _SET_UNITS,
            {
                "ids": [p.id for p in products],
                "stocks": [p.stock for p in products],
                "helds": [p.held for p in products],
                "solds": [p.sold for p in products],
                "moves": [p.moves for p in products],
                "waitings": [p.waiting for p in products],
            },
        )


def as_move_rows(moves: Iterable[HeldMove], at: datetime) -> list[dict[str, Any]]:
    """Return the rows that `INSERT_HELD_MOVES` takes."""
    return [
        {
            "product_id": move.after.id,
            "move": move.after.moves,
            "hold_id": move.hold_id,
            "kind": move.kind,
            "quantity": move.quantity,
            "stock_after": move.after.stock,
            "at": at,
        }
        for move in moves
    ]


def _as_holds(rows: Iterable[Sequence[Any]]) -> list[Hold]:
    """Return holds of their rows, one of each line, those of one hold behind each other."""
    found: dict[str, list[Sequence[Any]]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return [_as_hold(lines) for lines in found.values()]


def _as_hold(rows: Sequence[Sequence[Any]]) -> Hold:
    first = rows[0]
    lines = tuple(HoldLine(*row[_OF_HOLD:]) for row in rows)
    fields = [*first[:_BEFORE_LINES], lines, *first[_BEFORE_LINES:_OF_HOLD]]
    return Hold(*fields)
