"""All SQL of imports."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

import msgspec
from sqlalchemy import Table, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.wanted import WantedProduct
from server.db import driver
from server.feeds.comparing import Compared
from server.feeds.line_pictures import WITH_FAILED
from server.feeds.tables import ImportRow, LineRow, PieceRow

IMPORT = cast("Table", ImportRow.__table__)  # type: ignore[attr-defined]
PIECE = cast("Table", PieceRow.__table__)  # type: ignore[attr-defined]
LINE = cast("Table", LineRow.__table__)  # type: ignore[attr-defined]
PIECE_BYTES = 1 << 20
_LINES_AT_ONCE = 1_000
_TAKE = text(
    """
    UPDATE feed_import SET taken_at = :now, attempts = attempts + 1 WHERE id = (
        SELECT id FROM feed_import
        WHERE state IN ('waiting', 'applying') AND (taken_at IS NULL OR taken_at < :before)
          AND pg_try_advisory_xact_lock(hashtextextended('feed/' || id, 0))
        ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, channel_id, state, attempts
    """
)
_HOLD = text("SELECT pg_try_advisory_xact_lock(hashtextextended('feed/' || :id, 0))")
_WRITE_LINES: Final = """
    INSERT INTO feed_line (import_id, n, outcome, face, product_id, version, wanted)
    SELECT import_id, n, outcome, face, product_id, version, wanted FROM json_to_recordset(CAST(%s AS json)) AS l (
        import_id text, n bigint, outcome text, face jsonb, product_id text, version bigint, wanted jsonb)
"""
_COUNT_CHANGED = text(
    """
    SELECT count(*) FROM feed_line AS l LEFT JOIN product AS p ON p.id = l.product_id
    WHERE l.import_id = :id AND l.product_id IS NOT NULL AND p.version IS DISTINCT FROM l.version
    """
)
_FORGET = text("DELETE FROM feed_import WHERE channel_id = :channel AND created_at < :before")


async def insert_import(connection: AsyncConnection, row: ImportRow, content: bytes) -> None:
    """Write a new import with its file."""
    await connection.execute(insert(IMPORT).values(**row.model_dump()))
    pieces = [
        {"import_id": row.id, "n": n, "content": content[start : start + PIECE_BYTES]}
        for n, start in enumerate(range(0, len(content), PIECE_BYTES))
    ]
    for piece in pieces:
        await connection.execute(insert(PIECE).values(**piece))


async def forget_imports(connection: AsyncConnection, channel_id: str, before: datetime) -> None:
    """Remove a channel's imports of before."""
    await connection.execute(_FORGET, {"channel": channel_id, "before": before})


async def read_content(connection: AsyncConnection, import_id: str) -> bytes:
    """Return the file of an import."""
    wanted = select(PIECE.c.content).where(PIECE.c.import_id == import_id).order_by(PIECE.c.n)
    return b"".join(await connection.scalars(wanted))


async def find_import(
    connection: AsyncConnection, import_id: str, channel_id: str | None = None, *, lock: bool = False
) -> ImportRow | None:
    """Return an import, of the channel where one is given."""
    wanted = select(IMPORT).where(IMPORT.c.id == import_id)
    if channel_id is not None:
        wanted = wanted.where(IMPORT.c.channel_id == channel_id)
    row = (await connection.execute(wanted.with_for_update() if lock else wanted)).one_or_none()
    return None if row is None else ImportRow(**row._mapping)


async def list_imports(
    connection: AsyncConnection, channel_id: str, *, after: str | None, limit: int
) -> list[ImportRow]:
    """Return a channel's imports, the newest first, from behind `after`."""
    wanted: Any = select(IMPORT).where(IMPORT.c.channel_id == channel_id)
    if after is not None:
        place = select(IMPORT.c.created_at, IMPORT.c.id).where(IMPORT.c.id == after).scalar_subquery()
        wanted = wanted.where(tuple_(IMPORT.c.created_at, IMPORT.c.id) < place)
    rows = await connection.execute(
        wanted.order_by(IMPORT.c.created_at.desc(), IMPORT.c.id.desc()).limit(limit)
    )
    return [ImportRow(**row._mapping) for row in rows]


async def set_import(connection: AsyncConnection, import_id: str, **values: Any) -> None:
    """Change fields of an import."""
    await connection.execute(update(IMPORT).where(IMPORT.c.id == import_id).values(**values))


async def take_import(connection: AsyncConnection, now: datetime, patience: timedelta) -> Any:
    """Return id, channel, state and attempts of an import that waits for somebody to work on it; None for none."""
    given = {"now": now, "before": now - patience}
    return (await connection.execute(_TAKE, given)).one_or_none()


async def hold_import(connection: AsyncConnection, import_id: str) -> bool:
    """Keep others from working on an import until the transaction ends; False where somebody does."""
    return bool(await connection.scalar(_HOLD, {"id": import_id}))


async def write_lines(connection: AsyncConnection, import_id: str, found: Sequence[Compared]) -> None:
    """Put these lines in place of those that an import has."""
    await connection.execute(LINE.delete().where(LINE.c.import_id == import_id))
    rows = [_as_row(import_id, n, each) for n, each in enumerate(found)]
    for start in range(0, len(rows), _LINES_AT_ONCE):
        await driver.run(connection, _WRITE_LINES, [driver.as_json(rows[start : start + _LINES_AT_ONCE])])


def _as_row(import_id: str, n: int, each: Compared) -> dict[str, Any]:
    written = each.face.outcome in ("create", "update")
    return {
        "import_id": import_id,
        "n": n,
        "outcome": each.face.outcome,
        "face": msgspec.to_builtins(each.face),
        "product_id": each.face.product,
        "version": each.version,
        "wanted": msgspec.to_builtins(each.wanted) if written else None,
    }


async def list_lines(
    connection: AsyncConnection,
    import_id: str,
    outcomes: Sequence[str],
    *,
    after: int,
    limit: int,
    unfetched: bool = False,
) -> list[tuple[int, dict[str, Any]]]:
    """Return number and face of lines behind number `after`, in the file's order; of these outcomes, or all for none.

    `unfetched`: only those that name a picture which could not be fetched.
    """
    columns = (LINE.c.n, LINE.c.face, LINE.c.product_id)
    wanted = select(*columns).where(LINE.c.import_id == import_id, LINE.c.n > after)
    if outcomes:
        wanted = wanted.where(LINE.c.outcome.in_(outcomes))
    if unfetched:
        wanted = wanted.where(text(WITH_FAILED))
    rows = await connection.execute(wanted.order_by(LINE.c.n).limit(limit))
    # A new product has its id once the import is applied.
    return [(row.n, {**row.face, "product": row.product_id}) for row in rows]


async def read_wanted(connection: AsyncConnection, import_id: str) -> list[tuple[int, str, WantedProduct]]:
    """Return number, outcome and product of what is to be written, in the file's order."""
    wanted = select(LINE.c.n, LINE.c.outcome, LINE.c.wanted).where(
        LINE.c.import_id == import_id, LINE.c.wanted.is_not(None)
    )
    rows = await connection.execute(wanted.order_by(LINE.c.n))
    return [(row.n, row.outcome, msgspec.convert(row.wanted, WantedProduct)) for row in rows]


async def count_changed(connection: AsyncConnection, import_id: str) -> int:
    """Return how many products of an import are of another version than when they were compared."""
    return int(await connection.scalar(_COUNT_CHANGED, {"id": import_id}) or 0)


async def set_products(connection: AsyncConnection, import_id: str, ids: Iterable[str | None]) -> None:
    """Note which products the written lines are, in the file's order."""
    given = {"id": import_id, "ids": list(ids)}
    await connection.execute(_SET_PRODUCTS, given)


_SET_PRODUCTS = text(
    """
    UPDATE feed_line SET product_id = w.product FROM (
        SELECT n, product FROM (
            SELECT n, row_number() OVER (ORDER BY n) AS place FROM feed_line WHERE import_id = :id AND wanted IS NOT NULL) AS l
        JOIN unnest(CAST(:ids AS text[])) WITH ORDINALITY AS u(product, place) USING (place)) AS w
    WHERE feed_line.import_id = :id AND feed_line.n = w.n
    """
)


async def list_written(connection: AsyncConnection, import_id: str) -> list[str]:
    """Return the products that an applied import has made or changed."""
    wanted = select(LINE.c.product_id).where(LINE.c.import_id == import_id, LINE.c.wanted.is_not(None))
    return [id for id in await connection.scalars(wanted) if id is not None]
