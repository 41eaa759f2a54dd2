"""The SQL of giveaways and their winners; that of entries is in `entries_repository`."""

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Row, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.giveaways.rules import TOLD_EVERY, Giveaway, Terms, Won
from server.giveaways.tables import GiveawayRow, GiveawayWinnerRow
from server.protocol.given_away import LeftOut

_GIVEAWAY = GiveawayRow.__table__  # type: ignore[attr-defined]
_WINNER = GiveawayWinnerRow.__table__  # type: ignore[attr-defined]
_TERMS: Final = tuple(field.name for field in fields(Terms))
_OTHERS: Final = tuple(
    field.name for field in fields(Giveaway) if field.name not in ("terms", "winners", "left_out")
)
_WON_FIELDS: Final = tuple(field.name for field in fields(Won))
# A prize is passed on whether or not its giveaway is still shown.
_DUE = text("""
    SELECT g.show_id FROM giveaway AS g JOIN show AS s ON s.id = g.show_id
    WHERE g.state = 'open' AND (g.closes_at <= :now OR s.state NOT IN ('live', 'rehearsal')
        OR (g.entries <> g.told_entries AND (g.told_at IS NULL OR g.told_at <= :before)))
    UNION SELECT g.show_id FROM giveaway_winner AS w JOIN giveaway AS g ON g.id = w.giveaway_id
    WHERE w.state = 'won' AND w.claim_by <= :now
    ORDER BY show_id
""")
_LATE = text("""
    SELECT DISTINCT g.id FROM giveaway_winner AS w JOIN giveaway AS g ON g.id = w.giveaway_id
    WHERE g.show_id = :show AND w.state = 'won' AND w.claim_by <= :now ORDER BY g.id
""")
_RESET = (
    text("DELETE FROM giveaway_winner WHERE giveaway_id IN (SELECT id FROM giveaway WHERE show_id = :show)"),
    text("DELETE FROM giveaway_entry WHERE show_id = :show"),
    text("""
        UPDATE giveaway SET state = 'ready', shown = false, seed = NULL, commitment = NULL, entries = 0, told_entries = 0, told_at = NULL,
            opened_at = NULL, closes_at = NULL, closed_at = NULL, drawn_at = NULL, digest = NULL, left_out = NULL, reason = '',
            version = version + 1
        WHERE show_id = :show AND state <> 'ready'
    """),
)
_HAS_PRODUCT = text("SELECT EXISTS (SELECT FROM product WHERE id = :product AND channel_id = :channel)")


async def read_giveaways(
    connection: AsyncConnection, show_id: str, ids: Collection[str] | None = None
) -> dict[str, Giveaway]:
    """Return the show's giveaways, the oldest first, by id, with their winners; those of `ids` alone where they are given."""
    wanted = select(_GIVEAWAY).where(_GIVEAWAY.c.show_id == show_id).order_by(_GIVEAWAY.c.id)
    if ids is not None:
        wanted = wanted.where(_GIVEAWAY.c.id.in_(sorted(ids)))
    return await _with_winners(connection, [_as_giveaway(row) for row in await connection.execute(wanted)])


async def read_shown(connection: AsyncConnection, show_id: str) -> Giveaway | None:
    """Return the giveaway that everybody sees, with its winners."""
    wanted = select(_GIVEAWAY).where(_GIVEAWAY.c.show_id == show_id, _GIVEAWAY.c.shown)
    return await _one_of(connection, (await connection.execute(wanted)).one_or_none())


async def read_giveaway(connection: AsyncConnection, giveaway_id: str) -> Giveaway | None:
    """Return a giveaway with its winners; None when there is none."""
    wanted = select(_GIVEAWAY).where(_GIVEAWAY.c.id == giveaway_id)
    return await _one_of(connection, (await connection.execute(wanted)).one_or_none())


async def _one_of(connection: AsyncConnection, row: Row[Any] | None) -> Giveaway | None:
    if row is None:
        return None
    return (await _with_winners(connection, [_as_giveaway(row)]))[row.id]


async def _with_winners(connection: AsyncConnection, found: Sequence[Giveaway]) -> dict[str, Giveaway]:
    drawn = [each.id for each in found if each.state == "drawn"]
    winners: dict[str, list[Won]] = {}
    if drawn:
        wanted = select(_WINNER).where(_WINNER.c.giveaway_id.in_(drawn)).order_by(_WINNER.c.rank)
        for row in await connection.execute(wanted):
            won = Won(**{name: getattr(row, name) for name in _WON_FIELDS})
            winners.setdefault(row.giveaway_id, []).append(won)
    return {each.id: replace(each, winners=tuple(winners.get(each.id, ()))) for each in found}


async def read_due(connection: AsyncConnection, now: datetime) -> list[str]:
    """Return the shows with a giveaway that is to be closed, told of, or passed on."""
    return list(await connection.scalars(_DUE, {"now": now, "before": now - TOLD_EVERY}))


async def read_late(connection: AsyncConnection, show_id: str, now: datetime) -> list[str]:
    """Return the show's giveaways of which a prize was not claimed in time."""
    return list(await connection.scalars(_LATE, {"show": show_id, "now": now}))


async def has_product(connection: AsyncConnection, channel_id: str, product_id: str) -> bool:
    """Whether the channel has the product."""
    return bool(await connection.scalar(_HAS_PRODUCT, {"product": product_id, "channel": channel_id}))


async def insert_giveaway(connection: AsyncConnection, giveaway: Giveaway) -> None:
    """Write a giveaway that was prepared."""
    await connection.execute(insert(_GIVEAWAY).values(**_columns(giveaway)))


async def update_giveaway(connection: AsyncConnection, giveaway: Giveaway) -> None:
    """Write how a giveaway stands, with its winners."""
    await connection.execute(
        update(_GIVEAWAY).where(_GIVEAWAY.c.id == giveaway.id).values(_columns(giveaway))
    )
    for won in giveaway.winners:
        columns = {name: getattr(won, name) for name in _WON_FIELDS}
        kept = upsert(_WINNER).values(giveaway_id=giveaway.id, **columns)
        await connection.execute(
            kept.on_conflict_do_update(index_elements=["giveaway_id", "rank"], set_=columns)
        )


async def delete_giveaway(connection: AsyncConnection, giveaway_id: str) -> None:
    """Delete a giveaway, which nobody has entered."""
    await connection.execute(delete(_GIVEAWAY).where(_GIVEAWAY.c.id == giveaway_id))


async def reset_giveaways(connection: AsyncConnection, show_id: str) -> None:
    """Forget who entered and won, and have every giveaway as it was prepared; the next opening makes another seed."""
    for statement in _RESET:
        await connection.execute(statement, {"show": show_id})


def _columns(giveaway: Giveaway) -> dict[str, Any]:
    terms = {name: getattr(giveaway.terms, name) for name in _TERMS}
    left_out = None if giveaway.left_out is None else msgspec.to_builtins(giveaway.left_out)
    return terms | {name: getattr(giveaway, name) for name in _OTHERS} | {"left_out": left_out}


def _as_giveaway(row: Row[Any]) -> Giveaway:
    terms = Terms(**{name: getattr(row, name) for name in _TERMS})
    left_out = None if row.left_out is None else LeftOut(**row.left_out)
    return Giveaway(terms=terms, left_out=left_out, **{name: getattr(row, name) for name in _OTHERS})
