"""The SQL of who a viewer is in a show, and who holds an offer's code."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.offers.rules import Offer

_PERSONS: Final = text("""
    SELECT given.viewer_id, coalesce(k.canonical, given.viewer_id) AS person FROM unnest(CAST(:viewers AS text[])) AS given (viewer_id)
    LEFT JOIN viewer_alias AS k ON k.show_id = :show AND k.raw = given.viewer_id AND k.taken_back_at IS NULL
""")
# Whoever gave the code as a guest still holds it when they sign in, and so do the other guests that they were.
_HOLDERS: Final = text("""
    WITH asked AS (
        SELECT given.viewer_id, coalesce(k.canonical, given.viewer_id) AS person FROM unnest(CAST(:viewers AS text[])) AS given (viewer_id)
        LEFT JOIN viewer_alias AS k ON k.show_id = :show AND k.raw = given.viewer_id AND k.taken_back_at IS NULL
    ), own AS (
        SELECT viewer_id, person AS id FROM asked
        UNION SELECT asked.viewer_id, k.raw FROM asked
        JOIN viewer_alias AS k ON k.show_id = :show AND k.canonical = asked.person AND k.taken_back_at IS NULL
    )
    SELECT DISTINCT own.viewer_id FROM own JOIN offer_holder AS h ON h.offer_id = :offer AND h.viewer_id = own.id
""")
_KEEP_HOLDERS: Final = text("""
    INSERT INTO offer_holder (offer_id, viewer_id, at)
    SELECT offer_id, viewer_id, :at FROM unnest(CAST(:offers AS text[]), CAST(:viewers AS text[])) AS given (offer_id, viewer_id)
    ORDER BY offer_id, viewer_id ON CONFLICT DO NOTHING
""")


async def read_persons(connection: AsyncConnection, show_id: str, viewers: Collection[str]) -> dict[str, str]:
    """Return of each viewer who they are: the known viewer whom a guest turned out to be, else themselves."""
    rows = await connection.execute(_PERSONS, {"show": show_id, "viewers": sorted(set(viewers))})
    return {row.viewer_id: row.person for row in rows}


async def read_holders(connection: AsyncConnection, offer: Offer, viewers: Collection[str]) -> frozenset[str]:
    """Return who of these viewers has given the offer's code, by whichever of their ids."""
    given = {"show": offer.show_id, "offer": offer.id, "viewers": sorted(set(viewers))}
    return frozenset(await connection.scalars(_HOLDERS, given))


async def keep_holders(connection: AsyncConnection, holders: Sequence[tuple[str, str]], at: datetime) -> None:
    """Keep who has given which offer's code: pairs of offer and viewer."""
    offers, viewers = zip(*holders, strict=True)
    await connection.execute(_KEEP_HOLDERS, {"offers": list(offers), "viewers": list(viewers), "at": at})
