"""All SQL of FAQs."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.faq.rules import FaqLine
from server.faq.tables import FaqLineRow
from server.shows.selling_repository import SOLD

_LINE = FaqLineRow.__table__  # type: ignore[attr-defined]

_HEADS = text(
    "SELECT id, coalesce(parent_id, id) AS head FROM product WHERE id = ANY(:products) AND channel_id = :channel"
)
_QUESTIONS_OF_SHOW = text(
    f"""
    SELECT f.id, f.question FROM faq_line AS f JOIN product AS p ON p.id = f.product_id
    JOIN show ON show.id = :show AND show.channel_id = f.channel_id
    WHERE f.shown AND {SOLD} ORDER BY f.id DESC LIMIT :most
    """
)

_IS_OFFERED = text(
    f"""
    SELECT EXISTS (
        SELECT FROM faq_line AS f JOIN product AS p ON p.id = f.product_id
        JOIN show ON show.id = :show AND show.channel_id = f.channel_id WHERE f.id = :line AND f.shown AND {SOLD})
    """
)
_HELP = text("""
    INSERT INTO faq_help (line_id, viewer_id, show_id, at) VALUES (:line, :viewer, :show, :at) ON CONFLICT DO NOTHING
""")
_HELPED = text(
    "SELECT line_id, count(*) AS viewers FROM faq_help WHERE line_id = ANY(:lines) GROUP BY line_id"
)

_ASKED = text("""
    SELECT id, show_id, text, state, answer_text, product_id FROM question
    WHERE id = ANY(:ids) AND NOT EXISTS (SELECT FROM faq_line WHERE source = question.id)
""")


class Asked(NamedTuple):
    """A question as it stands."""

    id: str
    show_id: str
    text: str
    state: str
    answer_text: str | None
    product_id: str | None


async def read_heads(
    connection: AsyncConnection, channel_id: str, products: Collection[str]
) -> dict[str, str]:
    """Return for each of the channel's products or variants the product that it is of."""
    rows = await connection.execute(_HEADS, {"products": sorted(products), "channel": channel_id})
    return {row.id: row.head for row in rows}


async def read_of_products(
    connection: AsyncConnection, products: Collection[str], *, lock: bool = False
) -> list[FaqLine]:
    """Return the lines of these products, the oldest first; `lock`: nobody else changes them before the transaction ends."""
    wanted = select(_LINE).where(_LINE.c.product_id.in_(products)).order_by(_LINE.c.id)
    return _as_lines(await connection.execute(wanted.with_for_update() if lock else wanted))


async def read_shown(connection: AsyncConnection, product_id: str) -> list[FaqLine]:
    """Return the lines of a product that everybody reads, the newest first."""
    wanted = select(_LINE).where(_LINE.c.product_id == product_id, _LINE.c.shown).order_by(_LINE.c.id.desc())
    return _as_lines(await connection.execute(wanted))


async def read_questions(connection: AsyncConnection, show_id: str, most: int) -> list[tuple[str, str]]:
    """Return id and question of the shown lines of all that a show sells, the newest `most`."""
    rows = await connection.execute(_QUESTIONS_OF_SHOW, {"show": show_id, "most": most})
    return [(row.id, row.question) for row in rows]


async def read_lines(connection: AsyncConnection, ids: Collection[str]) -> list[FaqLine]:
    """Return the lines by these ids that there are, in no order."""
    return _as_lines(await connection.execute(select(_LINE).where(_LINE.c.id.in_(ids))))


async def is_offered(connection: AsyncConnection, show_id: str, line_id: str) -> bool:
    """Whether viewers of the show may be shown the line."""
    return bool(await connection.scalar(_IS_OFFERED, {"show": show_id, "line": line_id}))


async def keep_help(
    connection: AsyncConnection, line_id: str, viewer_id: str, show_id: str, at: datetime
) -> None:
    """Keep that the line answered the viewer; the first time alone counts."""
    await connection.execute(_HELP, {"line": line_id, "viewer": viewer_id, "show": show_id, "at": at})


async def read_helped(connection: AsyncConnection, ids: Collection[str]) -> dict[str, int]:
    """Return how many viewers each of these lines answered; none: it is not in it."""
    rows = await connection.execute(_HELPED, {"lines": sorted(ids)})
    return {row.line_id: row.viewers for row in rows}


async def find_line(
    connection: AsyncConnection, channel_id: str, line_id: str, *, lock: bool = False
) -> FaqLine | None:
    """Return a line of the channel; `lock`: nobody else changes it before the transaction ends."""
    wanted = select(_LINE).where(_LINE.c.id == line_id, _LINE.c.channel_id == channel_id)
    found = _as_lines(await connection.execute(wanted.with_for_update() if lock else wanted))
    return found[0] if found else None


async def insert_lines(connection: AsyncConnection, lines: Sequence[FaqLine]) -> None:
    """Keep new lines."""
    if lines:
        await connection.execute(insert(_LINE), [_as_row(line) for line in lines])


async def update_line(connection: AsyncConnection, line: FaqLine) -> None:
    """Write a line as it is now."""
    await connection.execute(update(_LINE).where(_LINE.c.id == line.id).values(_as_row(line)))


async def delete_lines(connection: AsyncConnection, ids: Collection[str]) -> None:
    """Remove lines."""
    await connection.execute(delete(_LINE).where(_LINE.c.id.in_(ids)))


async def read_from(connection: AsyncConnection, sources: Collection[str], **how: bool) -> list[FaqLine]:
    """Return the lines that came from these questions and are `edited`, or `reworded`, so; nobody else changes them meanwhile."""
    wanted = select(_LINE).where(_LINE.c.source.in_(sources)).filter_by(**how)
    return _as_lines(await connection.execute(wanted.with_for_update()))


async def read_asked(connection: AsyncConnection, ids: Collection[str]) -> list[Asked]:
    """Return questions by their ids, as they stand now, but those from which a line comes."""
    return [Asked(*row) for row in await connection.execute(_ASKED, {"ids": list(ids)})]


async def part_from(connection: AsyncConnection, sources: Collection[str]) -> int:
    """Have lines lead to these questions no more; return how many did."""
    parted = update(_LINE).where(_LINE.c.source.in_(sources)).values(source=None, asked_in=None)
    return (await connection.execute(parted)).rowcount


def _as_lines(rows: Iterable[Any]) -> list[FaqLine]:
    return [FaqLine(**row._mapping) for row in rows]


def _as_row(line: FaqLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in FaqLine.__slots__}
