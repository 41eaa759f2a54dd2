"""The SQL of vouchers and of what became of their uses."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.rows import read_page
from server.vouchers.tables import VoucherRow

_VOUCHER = VoucherRow.__table__  # type: ignore[attr-defined]
_LOCK_CHANNEL = text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))")
_STANDS: Final = (
    "u.state = 'reserved' AND h.state IN ('placed', 'unheld') AND (h.paying OR h.expires_at > :now)"
)
_RESERVED = text(
    f"""
    SELECT u.voucher_id, CAST(count(*) AS int) AS uses FROM voucher_use AS u JOIN hold AS h ON h.id = u.hold_id
    WHERE u.voucher_id = ANY(CAST(:ids AS text[])) AND {_STANDS} GROUP BY u.voucher_id
    """
)
_GIVEN = text(
    """
    SELECT voucher_id, currency, CAST(sum(items_minor) AS bigint) AS items, CAST(sum(shipping_minor) AS bigint) AS shipping FROM voucher_use
    WHERE voucher_id = ANY(CAST(:ids AS text[])) AND state = 'taken' GROUP BY voucher_id, currency ORDER BY voucher_id, currency
    """
)
_USES = text(
    f"""
    SELECT u.hold_id, u.show_id, show.title AS show_title, u.viewer_id, u.items_minor, u.shipping_minor, u.currency, u.at, u.ended_at,
           CASE WHEN u.state = 'taken' THEN 'taken' WHEN {_STANDS} THEN 'reserved' ELSE 'given_back' END AS state,
           o.id AS order_id, o.number AS order_number
    FROM voucher_use AS u LEFT JOIN hold AS h ON h.id = u.hold_id LEFT JOIN show ON show.id = u.show_id
    LEFT JOIN orders AS o ON u.state = 'taken' AND o.viewer_id = u.viewer_id AND o.key = u.hold_id || '/0'
    WHERE u.voucher_id = :voucher AND (CAST(:after AS text) IS NULL OR u.hold_id < :after)
    ORDER BY u.hold_id DESC LIMIT :limit
    """
)
_PRODUCTS = text("SELECT id FROM product WHERE channel_id = :channel AND id = ANY(CAST(:ids AS text[]))")


@dataclass(frozen=True, slots=True)
class UseSeen:
    """A use as staff see it: of which show and whose, what it took off, and the order that it became."""

    hold_id: str
    show_id: str
    show_title: str | None
    viewer_id: str
    items_minor: int
    shipping_minor: int
    currency: str
    at: datetime
    ended_at: datetime | None
    state: str
    order_id: str | None
    order_number: str | None


async def read_vouchers(
    connection: AsyncConnection, channel_id: str, *, after: str | None, limit: int
) -> list[VoucherRow]:
    """Return up to `limit` of the channel's vouchers that are not deleted, the newest first, behind `after` where given."""
    wanted = select(_VOUCHER).where(_VOUCHER.c.channel_id == channel_id, _VOUCHER.c.deleted_at.is_(None))
    if after is not None:
        wanted = wanted.where(_VOUCHER.c.id < after)
    return await read_page(
        connection,
        wanted.order_by(_VOUCHER.c.id.desc()),
        _VOUCHER.c.id,
        lambda row: VoucherRow(**row._mapping),
        limit=limit,
    )


async def find_voucher(
    connection: AsyncConnection, channel_id: str, voucher_id: str, *, lock: bool = False
) -> VoucherRow | None:
    """Return a voucher of the channel that is not deleted, locked until the transaction's end where wished."""
    wanted = select(_VOUCHER).where(
        _VOUCHER.c.id == voucher_id, _VOUCHER.c.channel_id == channel_id, _VOUCHER.c.deleted_at.is_(None)
    )
    row = (await connection.execute(wanted.with_for_update(key_share=True) if lock else wanted)).one_or_none()
    return None if row is None else VoucherRow(**row._mapping)


async def count_vouchers(connection: AsyncConnection, channel_id: str) -> int:
    """Return how many vouchers the channel has; nobody else adds one until the transaction ends."""
    await connection.execute(_LOCK_CHANNEL, {"lock": f"vouchers {channel_id}"})
    wanted = select(func.count()).select_from(_VOUCHER)
    wanted = wanted.where(_VOUCHER.c.channel_id == channel_id, _VOUCHER.c.deleted_at.is_(None))
    return int(await connection.scalar(wanted) or 0)


async def has_code(connection: AsyncConnection, channel_id: str, code_key: str, *, besides: str = "") -> bool:
    """Whether another voucher of the channel has this code."""
    await connection.execute(_LOCK_CHANNEL, {"lock": f"vouchers {channel_id}"})
    wanted = select(_VOUCHER.c.id).where(
        _VOUCHER.c.channel_id == channel_id,
        _VOUCHER.c.code_key == code_key,
        _VOUCHER.c.deleted_at.is_(None),
        _VOUCHER.c.id != besides,
    )
    return await connection.scalar(wanted) is not None


async def insert_voucher(connection: AsyncConnection, row: VoucherRow) -> None:
    """Write a new voucher."""
    await connection.execute(insert(_VOUCHER).values(**row.model_dump()))


async def update_voucher(connection: AsyncConnection, voucher_id: str, changes: Mapping[str, Any]) -> None:
    """Set columns of a voucher that is locked; its version is one more."""
    statement = update(_VOUCHER).where(_VOUCHER.c.id == voucher_id)
    await connection.execute(statement.values(**changes, version=_VOUCHER.c.version + 1))


async def read_reserved(connection: AsyncConnection, ids: Collection[str], now: datetime) -> dict[str, int]:
    """Return by voucher how many uses are set aside for holds that stand."""
    rows = await connection.execute(_RESERVED, {"ids": sorted(ids), "now": now})
    return {row.voucher_id: row.uses for row in rows}


async def read_given(
    connection: AsyncConnection, ids: Collection[str]
) -> dict[str, list[tuple[str, int, int]]]:
    """Return by voucher what orders were cheaper by it: (currency, off their lines, off their shipping) for each currency."""
    given: dict[str, list[tuple[str, int, int]]] = {}
    for row in await connection.execute(_GIVEN, {"ids": sorted(ids)}):
        given.setdefault(row.voucher_id, []).append((row.currency, row.items, row.shipping))
    return given


async def read_uses_of(
    connection: AsyncConnection, voucher_id: str, now: datetime, *, after: str | None, limit: int
) -> list[UseSeen]:
    """Return up to `limit` uses of a voucher, of the newest hold first, behind the hold `after` where given."""
    given = {"voucher": voucher_id, "now": now, "after": after, "limit": limit}
    return [UseSeen(**row._mapping) for row in await connection.execute(_USES, given)]


async def find_products(connection: AsyncConnection, channel_id: str, ids: Collection[str]) -> frozenset[str]:
    """Return which of these products the channel has."""
    return frozenset(await connection.scalars(_PRODUCTS, {"channel": channel_id, "ids": sorted(ids)}))
