"""All SQL of auctions and of how they stand."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import UNSET, UnsetType
from sqlalchemy import Row, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.auctions.rules import Auction, Standing, Step, Terms
from server.auctions.tables import AuctionRow
from server.clock import to_wire
from server.protocol import auctioned

_AUCTION = AuctionRow.__table__  # type: ignore[attr-defined]
_TERMS: Final = (
    "product_id", "quantity", "start_minor", "seconds", "reserve_minor", "extend_within_seconds", "extend_by_seconds",
    "extensions_max", "sudden_death_minor",
)  # fmt: skip
_STANDING: Final = (
    "currency", "state", "version", "opened_at", "ends_at", "extensions", "closed_at", "closed_why", "reason", "hold_id", "bids", "bidders"
)  # fmt: skip
_OF_SHOW: Final = text("""
    SELECT * FROM auction WHERE show_id = :show AND (NOT :running_only OR state = 'running') ORDER BY id
""")
_ONE: Final = text("SELECT * FROM auction WHERE id = :id")
_SOME: Final = text("SELECT * FROM auction WHERE id = ANY(CAST(:ids AS text[])) ORDER BY id")
# In the order of their ids. What runs is bid upon without its product: whoever locks a product does so before any auction.
_LOCK: Final = text(
    "SELECT * FROM auction WHERE id = ANY(CAST(:ids AS text[])) ORDER BY id FOR NO KEY UPDATE"
)
_LOCK_RUNNING: Final = text("""
    SELECT * FROM auction WHERE id = ANY(CAST(:ids AS text[])) AND show_id = :show AND state = 'running'
    ORDER BY id FOR NO KEY UPDATE
""")
_DUE: Final = text("SELECT DISTINCT show_id FROM auction WHERE state = 'running' AND ends_at <= :now")
_DUE_IN_SHOW: Final = text("""
    SELECT id, product_id FROM auction WHERE show_id = :show AND state = 'running' AND (:all OR ends_at <= :now) ORDER BY id
""")
Place = tuple[str, str]
"""An auction and its product, by id."""


def as_public(auction: Auction) -> auctioned.Auction:
    """Return a running auction as everybody may know of it."""
    assert auction.opened_at is not None, "nobody but staff knows of it before"
    assert auction.ends_at is not None, "it is running"
    return auctioned.Auction(
        auction.id,
        auction.terms.product_id,
        auction.terms.quantity,
        auction.currency,
        auction.least_minor,
        auction.bids,
        to_wire(auction.opened_at),
        to_wire(auction.ends_at),
        price=auction.standing.price_minor,
        leader=auction.standing.leader,
        reserve_met=auction.reserve_met,
        sudden_death=auction.terms.sudden_death_minor,
    )


async def read_snapshot_part(
    connection: AsyncConnection, show_id: str
) -> list[auctioned.Auction] | UnsetType:
    """Return the show's running auctions, by id."""
    found = await read_auctions(connection, show_id, running_only=True)
    return [as_public(each) for each in found] if found else UNSET


async def read_auctions(
    connection: AsyncConnection, show_id: str, *, running_only: bool = False
) -> list[Auction]:
    """Return the show's auctions, the oldest first."""
    given = {"show": show_id, "running_only": running_only}
    return [as_auction(row) for row in await connection.execute(_OF_SHOW, given)]


async def read_auction(connection: AsyncConnection, auction_id: str) -> Auction | None:
    """Return an auction; None when there is none."""
    row = (await connection.execute(_ONE, {"id": auction_id})).one_or_none()
    return None if row is None else as_auction(row)


async def read_some(connection: AsyncConnection, ids: Collection[str]) -> dict[str, Auction]:
    """Return those of the ids that are auctions."""
    rows = await connection.execute(_SOME, {"ids": sorted(ids)})
    return {row.id: as_auction(row) for row in rows}


async def lock_auctions(connection: AsyncConnection, ids: Collection[str]) -> dict[str, Auction]:
    """Lock those of the ids that are auctions, and return them. Their products are locked before."""
    rows = await connection.execute(_LOCK, {"ids": sorted(ids)})
    return {row.id: as_auction(row) for row in rows}


async def lock_running(connection: AsyncConnection, show_id: str, ids: Collection[str]) -> dict[str, Auction]:
    """Lock those of the ids that run in the show, and return them; no product has to be locked, nor may be afterwards."""
    rows = await connection.execute(_LOCK_RUNNING, {"ids": sorted(ids), "show": show_id})
    return {row.id: as_auction(row) for row in rows}


async def read_due(connection: AsyncConnection, now: datetime) -> list[str]:
    """Return the shows with an auction whose end has come."""
    return sorted(await connection.scalars(_DUE, {"now": now}))


async def read_due_in(
    connection: AsyncConnection, show_id: str, now: datetime, *, all: bool = False
) -> list[Place]:
    """Return the show's running auctions whose end has come, or `all` that run."""
    rows = await connection.execute(_DUE_IN_SHOW, {"show": show_id, "now": now, "all": all})
    return [(row.id, row.product_id) for row in rows]


async def count_auctions(connection: AsyncConnection, show_id: str) -> int:
    """Return how many auctions the show has."""
    wanted = select(func.count()).select_from(_AUCTION).where(_AUCTION.c.show_id == show_id)
    return int(await connection.scalar(wanted) or 0)


async def insert_auction(connection: AsyncConnection, auction: Auction) -> None:
    """Write a new auction."""
    await connection.execute(
        insert(_AUCTION).values(
            id=auction.id,
            channel_id=auction.channel_id,
            show_id=auction.show_id,
            created_at=auction.created_at,
            **_columns(auction),
        )
    )


async def update_auctions(connection: AsyncConnection, auctions: Sequence[Auction]) -> None:
    """Write everything of auctions that may change; they are locked."""
    for auction in auctions:
        changed = update(_AUCTION).where(_AUCTION.c.id == auction.id)
        await connection.execute(changed.values(**_columns(auction)))


async def delete_auction(connection: AsyncConnection, auction_id: str) -> None:
    """Delete an auction that never ran."""
    await connection.execute(delete(_AUCTION).where(_AUCTION.c.id == auction_id))


def _columns(auction: Auction) -> dict[str, Any]:
    terms, standing = auction.terms, auction.standing
    return {
        **{name: getattr(terms, name) for name in _TERMS},
        **{name: getattr(auction, name) for name in _STANDING},
        "step_froms": [step.from_minor for step in terms.steps],
        "step_sizes": [step.step_minor for step in terms.steps],
        "leader": standing.leader,
        "leader_max_minor": standing.max_minor,
        "price_minor": standing.price_minor,
    }


def as_auction(row: Row[Any]) -> Auction:
    """Return a row of `auction` as an auction."""
    steps = tuple(Step(*each) for each in zip(row.step_froms, row.step_sizes, strict=True))
    return Auction(
        id=row.id,
        channel_id=row.channel_id,
        show_id=row.show_id,
        terms=Terms(steps=steps, **{name: getattr(row, name) for name in _TERMS}),
        created_at=row.created_at,
        standing=Standing(row.leader, row.leader_max_minor, row.price_minor),
        **{name: getattr(row, name) for name in _STANDING},
    )
