"""All SQL of places in line. Statements take arrays: one round trip whatever their number."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.protocol.waitlist_lines import PlaceState
from server.waitlist.rules import Place

_NAMES: Final = (
    "id", "channel_id", "show_id", "viewer_id", "key", "product_id", "nr", "asked", "quantity", "state", "joined_at", "guest", "staff",
    "why", "hold_id", "called_at", "ended_at",
)  # fmt: skip
_COLUMNS: Final = ", ".join(f"w.{name}" for name in _NAMES)
_UNTIL: Final = (
    "(SELECT h.expires_at FROM hold AS h WHERE h.id = w.hold_id AND w.state = 'called') AS expires_at"
)
_READ: Final = f"SELECT {_COLUMNS}, {_UNTIL} FROM waitlist_place AS w"
_PAIRS: Final = "unnest(CAST(:viewers AS text[]), CAST(:others AS text[])) AS p(viewer_id, other)"
_READ_BY_KEY: Final = text(f"{_READ} JOIN {_PAIRS} ON w.viewer_id = p.viewer_id AND w.key = p.other")
_READ_STANDING: Final = text(
    f"{_READ} JOIN {_PAIRS} ON w.viewer_id = p.viewer_id AND w.product_id = p.other WHERE w.state IN ('waiting', 'called')"
)
# How many stand before each: of a viewer's own places, which are few.
_POSITION: Final = """
    CASE WHEN w.state = 'waiting' THEN
        (SELECT count(*) FROM waitlist_place AS b WHERE b.product_id = w.product_id AND b.state = 'waiting' AND b.nr <= w.nr) END
"""
_READ_OWN: Final = text(
    f"""
    SELECT {_COLUMNS}, {_UNTIL}, CAST({_POSITION} AS int) AS position FROM waitlist_place AS w
    WHERE w.viewer_id = ANY(:viewers) AND w.show_id = :show AND (w.state IN ('waiting', 'called') OR w.joined_at > :since)
    ORDER BY w.joined_at DESC, w.id
    """
)
_READ_LINE: Final = text(
    f"""
    {_READ} WHERE w.product_id = :product AND w.state = 'waiting' AND w.nr > :after AND w.quantity <= :units ORDER BY w.nr LIMIT :most
    """
)
_READ_ORDER: Final = text(
    """
    SELECT id, CAST(row_number() OVER (PARTITION BY product_id ORDER BY nr) AS int) AS position FROM waitlist_place
    WHERE product_id = ANY(:products) AND state = 'waiting'
    """
)
_READ_LAST: Final = text(
    """
    SELECT p.id, (SELECT max(w.nr) FROM waitlist_place AS w WHERE w.product_id = p.id) AS last
    FROM unnest(CAST(:products AS text[])) AS p(id)
    """
)
_READ_CLOSED: Final = text("SELECT product_id FROM waitlist_closed WHERE product_id = ANY(:products)")
_INSERT: Final = text(
    """
    INSERT INTO waitlist_place (id, channel_id, show_id, viewer_id, key, product_id, nr, asked, quantity, state, joined_at, guest, staff)
    SELECT id, :channel, :show, viewer_id, key, product_id, nr, asked, quantity, 'waiting', :at, guest, staff
    FROM unnest(CAST(:ids AS text[]), CAST(:viewers AS text[]), CAST(:keys AS text[]), CAST(:products AS text[]),
                CAST(:nrs AS bigint[]), CAST(:askeds AS int[]), CAST(:quantities AS int[]), CAST(:guests AS boolean[]),
                CAST(:staffs AS boolean[])) AS p(id, viewer_id, key, product_id, nr, asked, quantity, guest, staff)
    ON CONFLICT DO NOTHING RETURNING id
    """
)
_DELETE: Final = text("DELETE FROM waitlist_place WHERE id = ANY(:ids)")
_SET_QUANTITIES: Final = text(
    """
    UPDATE waitlist_place AS w SET quantity = p.quantity
    FROM unnest(CAST(:ids AS text[]), CAST(:quantities AS int[])) AS p(id, quantity) WHERE w.id = p.id
    """
)
_CALL: Final = text(
    """
    UPDATE waitlist_place AS w SET state = 'called', hold_id = p.hold_id, called_at = :now
    FROM unnest(CAST(:ids AS text[]), CAST(:holds AS text[])) AS p(id, hold_id) WHERE w.id = p.id
    """
)
_END: Final = f"""
    UPDATE waitlist_place AS w SET state = {{state}}, why = {{why}}, ended_at = :now {{rest}}
    RETURNING {_COLUMNS}, CAST(NULL AS timestamptz) AS expires_at
"""
_END_TURNS: Final = text(
    _END.format(
        state="p.state",
        why="p.why",
        rest="""FROM unnest(CAST(:holds AS text[]), CAST(:states AS text[]), CAST(:whys AS text[])) AS p(hold_id, state, why)
                WHERE w.hold_id = p.hold_id""",
    )
)
_END_BOUGHT: Final = text(
    _END.format(
        state="'served'",
        why="'bought'",
        rest=f"FROM {_PAIRS} WHERE w.viewer_id = p.viewer_id AND w.product_id = p.other AND w.state = 'waiting'",
    )
)
_LEAVE: Final = text(
    _END.format(
        state="'left'", why="CAST(NULL AS text)", rest="WHERE w.id = ANY(:ids) AND w.state = 'waiting'"
    )
)
_END_LINES: Final = text(
    _END.format(
        state="'ended'",
        why=":why",
        rest="""WHERE w.product_id = ANY(:products) AND w.state = 'waiting'
                  AND (CAST(:show AS text) IS NULL OR w.show_id = CAST(:show AS text))""",
    )
)
_ON_SHELF: Final = """
    EXISTS (SELECT FROM product AS p LEFT JOIN product AS head ON head.id = p.parent_id
            WHERE p.id = w.product_id AND p.active AND coalesce(head.active, true))
"""
# Whose turn can never come: their show sells nothing any more, or not to them, or nobody sells the product.
_END_VAIN: Final = text(
    _END.format(
        state="'ended'",
        why=f"""CASE WHEN show.state <> 'live' THEN 'show_ended' WHEN channel.order_taker = 'shop' OR NOT {_ON_SHELF}
            THEN 'closed' ELSE 'banned' END""",
        rest=f"""FROM show JOIN channel ON channel.id = show.channel_id
                WHERE w.product_id = ANY(:products) AND w.state = 'waiting' AND show.id = w.show_id
                  AND (show.state <> 'live' OR channel.order_taker = 'shop'
                       OR NOT {_ON_SHELF}
                       OR EXISTS (SELECT FROM sanction AS s WHERE s.viewer_id = w.viewer_id AND s.channel_id = show.channel_id
                           AND s.kind = 'ban' AND (s.show_id = w.show_id OR s.whole_channel)
                           AND s.lifted_at IS NULL AND (s.ends_at IS NULL OR s.ends_at > now())))""",
    )
)
_FIND_WAITED_FOR: Final = text(
    "SELECT DISTINCT product_id FROM waitlist_place WHERE show_id = :show AND state = 'waiting'"
)
# What the studio or an import has put on the shelf, and places of shows that ended without telling: by the show of a place in the line.
_FIND_DUE: Final = text(
    """
    SELECT DISTINCT ON (w.product_id) w.product_id, w.show_id FROM waitlist_place AS w
    JOIN product AS p ON p.id = w.product_id JOIN show ON show.id = w.show_id
    WHERE w.state = 'waiting' AND (p.stock >= w.quantity OR show.state <> 'live') ORDER BY w.product_id, w.nr
    """
)


async def read_by_key(connection: AsyncConnection, pairs: Collection[tuple[str, str]]) -> list[Place]:
    """Return the places that have one of these pairs of viewer and key, of whatever show."""
    return [as_place(row) for row in await connection.execute(_READ_BY_KEY, _as_arrays(pairs))]


async def read_standing(connection: AsyncConnection, pairs: Collection[tuple[str, str]]) -> list[Place]:
    """Return the places that stand, of these pairs of viewer and product."""
    return [as_place(row) for row in await connection.execute(_READ_STANDING, _as_arrays(pairs))]


async def read_own(
    connection: AsyncConnection, show_id: str, viewers: Collection[str], since: datetime
) -> list[Place]:
    """Return these viewers' places in the show, the newest first, with their positions: those that stand, and those taken after `since`."""
    given = {"show": show_id, "viewers": list(viewers), "since": since}
    return [as_place(row) for row in await connection.execute(_READ_OWN, given)]


async def read_line(
    connection: AsyncConnection, product_id: str, *, after: int, units: int, most: int
) -> list[Place]:
    """Return up to `most` of those who wait for at most `units` units of a product, in their order, behind the number `after`."""
    given = {"product": product_id, "after": after, "units": units, "most": most}
    return [as_place(row) for row in await connection.execute(_READ_LINE, given)]


async def read_order(connection: AsyncConnection, products: Collection[str]) -> dict[str, int]:
    """Return the position of each place that waits for one of these products."""
    rows = await connection.execute(_READ_ORDER, {"products": list(products)})
    return {row.id: row.position for row in rows}


async def read_last(connection: AsyncConnection, products: Collection[str]) -> dict[str, int]:
    """Return the highest number that was given in each product's line."""
    rows = await connection.execute(_READ_LAST, {"products": list(products)})
    return {row.id: row.last or 0 for row in rows}


async def read_closed(connection: AsyncConnection, products: Collection[str]) -> set[str]:
    """Return those of the products whose line is closed."""
    return set(await connection.scalars(_READ_CLOSED, {"products": list(products)}))


async def insert_places(connection: AsyncConnection, places: Sequence[Place]) -> list[str]:
    """Write new places, all of one show and one moment, and return the ids of those that were written.

    One whose key another show's transaction has taken meanwhile is left out; that other place can be read from now on.
    """
    if not places:
        return []
    given = {
        "channel": places[0].channel_id,
        "show": places[0].show_id,
        "at": places[0].joined_at,
        "ids": [p.id for p in places],
        "viewers": [p.viewer_id for p in places],
        "keys": [p.key for p in places],
        "products": [p.product_id for p in places],
        "nrs": [p.nr for p in places],
        "askeds": [p.asked for p in places],
        "quantities": [p.quantity for p in places],
        "guests": [p.guest for p in places],
        "staffs": [p.staff for p in places],
    }
    return list(await connection.scalars(_INSERT, given))


async def delete_places(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """Take back places that the same transaction has written."""
    await connection.execute(_DELETE, {"ids": list(ids)})


async def set_quantities(connection: AsyncConnection, places: Sequence[Place]) -> None:
    """Write how many units are waited for."""
    if places:
        given = {"ids": [p.id for p in places], "quantities": [p.quantity for p in places]}
        await connection.execute(_SET_QUANTITIES, given)


async def call_places(connection: AsyncConnection, holds: Mapping[str, str], now: datetime) -> None:
    """Note whose turn it is: holds by place."""
    given = {"ids": list(holds), "holds": list(holds.values()), "now": now}
    await connection.execute(_CALL, given)


async def end_turns(
    connection: AsyncConnection, ended: Mapping[str, tuple[PlaceState, str | None]], now: datetime
) -> list[Place]:
    """Note what became of turns, by hold, and return their places."""
    given = {
        "holds": list(ended),
        "states": [state for state, _ in ended.values()],
        "whys": [why for _, why in ended.values()],
        "now": now,
    }
    return [as_place(row) for row in await connection.execute(_END_TURNS, given)]


async def end_bought(
    connection: AsyncConnection, pairs: Collection[tuple[str, str]], now: datetime
) -> list[Place]:
    """End the places of viewers who have bought, pairs of viewer and product, and return them."""
    given = {**_as_arrays(pairs), "now": now}
    return [as_place(row) for row in await connection.execute(_END_BOUGHT, given)]


async def leave_places(connection: AsyncConnection, ids: Collection[str], now: datetime) -> list[Place]:
    """End those of the places that wait, and return them."""
    return [as_place(row) for row in await connection.execute(_LEAVE, {"ids": list(ids), "now": now})]


async def end_lines(
    connection: AsyncConnection,
    products: Collection[str],
    now: datetime,
    why: str,
    show_id: str | None = None,
) -> list[Place]:
    """End all places that wait for one of the products, in the show where given, and return them."""
    given = {"products": list(products), "now": now, "why": why, "show": show_id}
    return [as_place(row) for row in await connection.execute(_END_LINES, given)]


async def end_vain(connection: AsyncConnection, products: Collection[str], now: datetime) -> list[Place]:
    """End the places whose turn can never come, and return them."""
    return [
        as_place(row) for row in await connection.execute(_END_VAIN, {"products": list(products), "now": now})
    ]


async def find_waited_for(connection: AsyncConnection, show_id: str) -> list[str]:
    """Return the products that somebody waits for in the show."""
    return sorted(await connection.scalars(_FIND_WAITED_FOR, {"show": show_id}))


async def find_due(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Return products of which some are free while somebody waits, each with a show of somebody who does."""
    return [(row.product_id, row.show_id) for row in await connection.execute(_FIND_DUE)]


def as_place(row: Row[Any]) -> Place:
    """Return a row of these statements as a place."""
    values = {name: row._mapping[name] for name in _NAMES}
    state = cast("PlaceState", values.pop("state"))
    return Place(**values, state=state, position=row._mapping.get("position"), expires_at=row.expires_at)


def _as_arrays(pairs: Collection[tuple[str, str]]) -> dict[str, list[str]]:
    once = sorted(set(pairs))
    return {"viewers": [viewer for viewer, _ in once], "others": [other for _, other in once]}
