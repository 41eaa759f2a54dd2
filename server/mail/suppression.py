"""Addresses that a channel does not write to any more: why, seen and lifted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.mail.queue_repository import withhold
from server.mail.rules import GRAVITY, Suppressed

_SUPPRESS = text("""
    INSERT INTO mail_suppression AS s (channel_id, address_hash, reason, at) VALUES (:channel, :hash, :reason, :at)
    ON CONFLICT (channel_id, address_hash) DO UPDATE SET reason = excluded.reason, at = excluded.at
    WHERE array_position(CAST(:gravity AS text[]), CAST(excluded.reason AS text))
        > array_position(CAST(:gravity AS text[]), CAST(s.reason AS text))
""")
_LIFT = text("""
    DELETE FROM mail_suppression WHERE channel_id = :channel AND address_hash = :hash AND reason = ANY(:reasons) RETURNING reason
""")
# The address itself is known only while its owner's consent, or a message to it, is.
_LIST = text("""
    SELECT s.address_hash, s.reason, s.at, coalesce(
        (SELECT k.address FROM mail_consent AS k WHERE k.channel_id = s.channel_id AND k.address_hash = s.address_hash LIMIT 1),
        (SELECT m.address FROM mail_message AS m WHERE m.channel_id = s.channel_id AND m.address_hash = s.address_hash
            AND m.address IS NOT NULL LIMIT 1)) AS address
    FROM mail_suppression AS s
    WHERE s.channel_id = :channel AND (CAST(:hash AS text) IS NULL OR s.address_hash = :hash)
      AND (CAST(:after AS text) IS NULL OR s.address_hash > :after)
    ORDER BY s.address_hash LIMIT :limit
""")
ANY_REASON: Final = tuple(GRAVITY)


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address by its hash, why it is not written to, since when; the address where it is still known."""

    address_hash: str
    reason: Suppressed
    at: datetime
    address: str | None


async def suppress(
    connection: AsyncConnection, channel_id: str, address_hash: str, reason: Suppressed, at: datetime
) -> None:
    """Write nothing more to an address, and send nothing of what waits for it and needs consent. The gravest reason stays."""
    given = {
        "channel": channel_id,
        "hash": address_hash,
        "reason": reason,
        "at": at,
        "gravity": list(GRAVITY),
    }
    await connection.execute(_SUPPRESS, given)
    await withhold(connection, channel_id, address_hash, "suppressed")


async def lift(
    connection: AsyncConnection,
    channel_id: str,
    address_hash: str,
    reasons: tuple[Suppressed, ...] = ANY_REASON,
) -> Suppressed | None:
    """Let an address be written to again, where one of `reasons` stood against it; return that reason."""
    given = {"channel": channel_id, "hash": address_hash, "reasons": list(reasons)}
    found: Suppressed | None = await connection.scalar(_LIFT, given)
    return found


async def list_suppressed(
    connection: AsyncConnection, channel_id: str, *, address_hash: str | None, after: str | None, limit: int
) -> list[Suppression]:
    """Return up to `limit` of a channel's, in the order of their hashes."""
    given = {"channel": channel_id, "hash": address_hash, "after": after, "limit": limit}
    return [Suppression(**row._mapping) for row in await connection.execute(_LIST, given)]
