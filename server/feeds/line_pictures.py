"""All SQL of the pictures that the products of an import name."""

from collections.abc import Mapping, Sequence, Set
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver

_WRITE: Final = """
    INSERT INTO feed_picture (import_id, n, address)
    SELECT import_id, n, address FROM json_to_recordset(CAST(%s AS json)) AS p (import_id text, n bigint, address text)
    ON CONFLICT DO NOTHING
"""
_COUNT = text(
    """
    SELECT p.import_id, s.state, count(DISTINCT p.address) FROM feed_picture AS p
    JOIN feed_import AS i ON i.id = p.import_id JOIN picture_source AS s ON s.channel_id = i.channel_id AND s.address = p.address
    WHERE p.import_id = ANY(:ids) GROUP BY p.import_id, s.state
    """
)
_OF_LINES = text(
    """
    SELECT p.n, p.address, s.state, s.why FROM feed_picture AS p
    JOIN picture_source AS s ON s.channel_id = :channel AND s.address = p.address
    WHERE p.import_id = :id AND p.n = ANY(:ns) ORDER BY p.n, p.address
    """
)
_FAILED = text(
    """
    SELECT DISTINCT p.address FROM feed_picture AS p JOIN picture_source AS s ON s.channel_id = :channel AND s.address = p.address
    WHERE p.import_id = :id AND s.state = 'failed'
    """
)
WITH_FAILED: Final = """
    n IN (SELECT p.n FROM feed_picture AS p JOIN feed_import AS i ON i.id = p.import_id
          JOIN picture_source AS s ON s.channel_id = i.channel_id AND s.address = p.address
          WHERE p.import_id = feed_line.import_id AND s.state = 'failed')
"""
"""What is true of a line that names a picture which could not be fetched."""


class LinePicture(NamedTuple):
    """A picture that a product names: whether it waits, is kept or failed, and why."""

    n: int
    address: str
    state: str
    why: str | None


async def write_line_pictures(
    connection: AsyncConnection, import_id: str, named: Mapping[int, Set[str]]
) -> None:
    """Note which pictures the products of an import name, by the product's number."""
    rows = [
        {"import_id": import_id, "n": n, "address": address}
        for n, addresses in named.items()
        for address in sorted(addresses)
    ]
    if rows:
        await driver.run(connection, _WRITE, [driver.as_json(rows)])


async def count_pictures(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return how many pictures of each import wait, are kept and have failed; nothing of an import that names none."""
    found: dict[str, dict[str, int]] = {}
    for id, state, count in await connection.execute(_COUNT, {"ids": list(ids)}):
        found.setdefault(id, {"waiting": 0, "kept": 0, "failed": 0})[state] = count
    return found


async def pictures_of_lines(
    connection: AsyncConnection, import_id: str, channel_id: str, ns: Sequence[int]
) -> list[LinePicture]:
    """Return the pictures that these products of an import name."""
    given = {"id": import_id, "channel": channel_id, "ns": list(ns)}
    return [LinePicture(*row) for row in await connection.execute(_OF_LINES, given)]


async def failed_addresses(connection: AsyncConnection, import_id: str, channel_id: str) -> list[str]:
    """Return the addresses that an import names and of which none could be fetched."""
    return list(await connection.scalars(_FAILED, {"id": import_id, "channel": channel_id}))
