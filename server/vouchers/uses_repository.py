"""The SQL of uses. Whoever counts a voucher's uses has locked its row: two that want the last one see each other."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.vouchers.rules import Reduction, Standing, Terms

TERMS: Final = (
    "kind", "percent", "amount_minor", "currency", "minimum_minor", "products", "audience", "segment", "uses_max", "once_per_person",
    "starts_at", "ends_at",
)  # fmt: skip
"""The columns of a voucher that are its terms."""

_BY_CODE = "SELECT * FROM voucher WHERE channel_id = :channel AND code_key = :code AND deleted_at IS NULL"
_READ_BY_CODE = text(_BY_CODE)
# In the order of their ids: whoever locks several waits for others, and never in a ring.
_LOCK_BY_CODE = text(f"{_BY_CODE} FOR NO KEY UPDATE")
_LOCK = text("SELECT * FROM voucher WHERE id = ANY(CAST(:ids AS text[])) ORDER BY id FOR NO KEY UPDATE")
_PARENTS = text(
    "SELECT id, parent_id FROM product WHERE id = ANY(CAST(:ids AS text[])) AND parent_id IS NOT NULL"
)
_USES = text("SELECT * FROM voucher_use WHERE hold_id = ANY(CAST(:holds AS text[])) ORDER BY hold_id")
# The same predicate as of the units of a hold: its time is over and nobody is paying, or it has ended without an order.
_TIDY = text(
    """
    UPDATE voucher_use AS u SET state = 'given_back', ended_at = :now FROM hold AS h
    WHERE u.voucher_id = :voucher AND u.state = 'reserved' AND h.id = u.hold_id AND u.hold_id <> :hold
      AND (h.state IN ('released', 'expired') OR (h.state IN ('placed', 'unheld') AND NOT h.paying AND h.expires_at <= :now))
    """
)
_RESERVED = text(
    "SELECT count(*) FROM voucher_use WHERE voucher_id = :voucher AND state = 'reserved' AND hold_id <> :hold"
)
# A person is a known viewer and every guest whom they were in a show of the channel.
_SAME_PERSON = text(
    """
    WITH of_channel AS (SELECT id FROM show WHERE channel_id = :channel),
    named AS (
        SELECT id FROM unnest(CAST(:viewers AS text[])) AS given (id)
        UNION SELECT a.canonical FROM of_channel JOIN viewer_alias AS a ON a.show_id = of_channel.id
            AND a.raw = ANY(CAST(:viewers AS text[])) AND a.taken_back_at IS NULL
    ), own AS (
        SELECT id FROM named
        UNION SELECT a.raw FROM named CROSS JOIN of_channel
            JOIN viewer_alias AS a ON a.show_id = of_channel.id AND a.canonical = named.id AND a.taken_back_at IS NULL
    )
    SELECT EXISTS (SELECT FROM own JOIN voucher_use AS u ON u.viewer_id = own.id
                   WHERE u.voucher_id = :voucher AND u.state IN ('reserved', 'taken') AND u.hold_id <> :hold)
    """
)
_KEEP = text(
    """
    INSERT INTO voucher_use (hold_id, voucher_id, show_id, viewer_id, state, code_key, terms, items_minor, shipping_minor, currency, at)
    VALUES (:hold, :voucher, :show, :viewer, 'reserved', :code, CAST(:terms AS jsonb), :items, :shipping, :currency, :now)
    ON CONFLICT (hold_id) DO UPDATE SET voucher_id = excluded.voucher_id, viewer_id = excluded.viewer_id, state = 'reserved',
        code_key = excluded.code_key, terms = excluded.terms, items_minor = excluded.items_minor,
        shipping_minor = excluded.shipping_minor, currency = excluded.currency, at = excluded.at, ended_at = NULL
    """
)
_KEEP_AMOUNTS = text(
    """
    UPDATE voucher_use SET items_minor = :items, shipping_minor = :shipping WHERE hold_id = :hold AND state = 'reserved' RETURNING hold_id
    """
)
_TAKE = text(
    """
    WITH used AS (
        UPDATE voucher_use SET state = 'taken', ended_at = :now WHERE hold_id = ANY(CAST(:holds AS text[])) AND state <> 'taken'
        RETURNING voucher_id)
    UPDATE voucher SET uses_taken = uses_taken + counted.uses
    FROM (SELECT voucher_id, count(*) AS uses FROM used GROUP BY voucher_id) AS counted WHERE voucher.id = counted.voucher_id
    """
)
_GIVE_BACK = text(
    """
    UPDATE voucher_use SET state = 'given_back', ended_at = :now
    WHERE hold_id = ANY(CAST(:holds AS text[])) AND state = 'reserved'
    """
)
_WITHDRAW = text("DELETE FROM voucher_use WHERE hold_id = :hold AND state <> 'taken'")


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher, as far as its uses go: its terms, and how many uses have been taken."""

    id: str
    channel_id: str
    code_key: str
    terms: Terms
    uses_taken: int


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a voucher by a hold, with the terms that it was set aside under."""

    hold_id: str
    voucher_id: str
    viewer_id: str
    state: str
    code_key: str
    terms: Terms


async def read_by_code(
    connection: AsyncConnection, channel_id: str, code_key: str, *, lock: bool = False
) -> Voucher | None:
    """Return the channel's voucher of this code, locked until the transaction's end where wished; None when there is none."""
    statement = _LOCK_BY_CODE if lock else _READ_BY_CODE
    row = (await connection.execute(statement, {"channel": channel_id, "code": code_key})).one_or_none()
    return None if row is None else _as_voucher(row)


async def lock_vouchers(connection: AsyncConnection, ids: Collection[str]) -> dict[str, Voucher]:
    """Lock vouchers until the transaction's end, deleted ones too, and return them by id."""
    rows = await connection.execute(_LOCK, {"ids": sorted(ids)})
    return {row.id: _as_voucher(row) for row in rows}


async def read_parents(connection: AsyncConnection, products: Collection[str]) -> dict[str, str]:
    """Return of those of the products that are variants what they are variants of."""
    rows = await connection.execute(_PARENTS, {"ids": sorted(products)})
    return {row.id: row.parent_id for row in rows}


async def read_uses(connection: AsyncConnection, holds: Collection[str]) -> list[Use]:
    """Return the uses of these holds, by the holds' ids."""
    rows = await connection.execute(_USES, {"holds": sorted(holds)})
    return [_as_use(row) for row in rows]


async def read_standing(
    connection: AsyncConnection,
    voucher: Voucher,
    hold_id: str,
    viewers: Sequence[str],
    now: datetime,
) -> Standing:
    """Return how a locked voucher is used by others than this hold, after those uses were given back whose holds stand no more."""
    given: dict[str, Any] = {"voucher": voucher.id, "hold": hold_id}
    await connection.execute(_TIDY, given | {"now": now})
    reserved = int(await connection.scalar(_RESERVED, given) or 0)
    same = voucher.terms.once_per_person and await connection.scalar(
        _SAME_PERSON, given | {"channel": voucher.channel_id, "viewers": sorted(set(viewers))}
    )
    return Standing(voucher.uses_taken + reserved, bool(same))


async def keep_use(
    connection: AsyncConnection,
    place: tuple[str, datetime],
    use: Use,
    reduction: Reduction,
    currency: str,
) -> None:
    """Set a use aside, in the place of another one that the hold had. `place`: in which show, and when."""
    given = {
        "hold": use.hold_id,
        "voucher": use.voucher_id,
        "show": place[0],
        "viewer": use.viewer_id,
        "code": use.code_key,
        "terms": msgspec.json.encode(use.terms).decode(),
        "currency": currency,
        "now": place[1],
        **_amounts(reduction),
    }
    await connection.execute(_KEEP, given)


async def keep_amounts(connection: AsyncConnection, hold_id: str, reduction: Reduction) -> bool:
    """Keep what a use that is set aside takes off; False when it is so no more."""
    given = {"hold": hold_id, **_amounts(reduction)}
    return await connection.scalar(_KEEP_AMOUNTS, given) is not None


async def take_uses(connection: AsyncConnection, holds: Collection[str], now: datetime) -> None:
    """Count the uses of these holds as taken, each once; their vouchers are locked."""
    await connection.execute(_TAKE, {"holds": sorted(holds), "now": now})


async def give_back_uses(connection: AsyncConnection, holds: Collection[str], now: datetime) -> None:
    """Write that these holds use nothing any more."""
    await connection.execute(_GIVE_BACK, {"holds": sorted(holds), "now": now})


async def delete_use(connection: AsyncConnection, hold_id: str) -> None:
    """Take away the use of a hold, which stands and is paid without it."""
    await connection.execute(_WITHDRAW, {"hold": hold_id})


def _amounts(reduction: Reduction) -> dict[str, int]:
    return {"items": reduction.items_minor, "shipping": reduction.shipping_minor}


def terms_of(row: Any) -> Terms:
    """Return the terms that a row of `voucher` has."""
    given = {name: getattr(row, name) for name in TERMS}
    return Terms(**given | {"products": tuple(row.products)})


def _as_voucher(row: Row[Any]) -> Voucher:
    return Voucher(row.id, row.channel_id, row.code_key, terms_of(row), row.uses_taken)


def _as_use(row: Row[Any]) -> Use:
    terms = msgspec.convert(row.terms, Terms)
    return Use(row.hold_id, row.voucher_id, row.viewer_id, row.state, row.code_key, terms)
