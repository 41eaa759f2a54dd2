"""All SQL of the queue. Workers claim one message at a time; a claim has an end, after which others take the message over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from server.mail.tables import MailMessageRow, MailPaceRow

_MESSAGE = MailMessageRow.__table__  # type: ignore[attr-defined]
_PACE = MailPaceRow.__table__  # type: ignore[attr-defined]
ALTOGETHER: Final = ""
"""The pace of all domains together."""

# Whoever holds this row claims; it is held for a few statements.
_TURN = text("SELECT free_at FROM mail_pace WHERE domain = '' FOR UPDATE")
_CLAIM = text("""
    WITH candidate AS MATERIALIZED (
        SELECT m.id, m.bulk, m.next_at FROM mail_pace AS p CROSS JOIN LATERAL (
            SELECT id, bulk, next_at FROM mail_message
            WHERE domain = p.domain AND state = 'queued' AND next_at <= :now ORDER BY bulk, next_at LIMIT 4) AS m
        WHERE p.domain <> '' AND p.free_at <= :now ORDER BY m.bulk, m.next_at LIMIT 16
    ), chosen AS (
        SELECT q.id FROM mail_message AS q JOIN candidate USING (id) WHERE q.state = 'queued' AND q.next_at <= :now
        ORDER BY q.bulk, q.next_at LIMIT 1 FOR UPDATE OF q SKIP LOCKED
    )
    UPDATE mail_message AS m SET next_at = :until, attempts = m.attempts + 1 FROM chosen WHERE m.id = chosen.id
    RETURNING m.id, m.channel_id, m.campaign_id, m.kind, m.bulk, m.consent_id, m.address, m.address_hash, m.domain, m.sender,
              m.reply_to, m.subject, m.html, m.plain, m.since, m.attempts
""")
_SPEND = text("UPDATE mail_pace SET free_at = :free_at WHERE domain = :domain")
# Asked at the moment of sending: what was agreed to when it was queued may be taken back since.
_STANDING = text("""
    SELECT c.state AS campaign, s.reason AS suppressed, k.state AS consent, k.proven, k.address_hash AS consented_hash
    FROM (VALUES (1)) AS one (n)
    LEFT JOIN mail_campaign AS c ON c.id = :campaign
    LEFT JOIN mail_suppression AS s ON s.channel_id = :channel AND s.address_hash = :address_hash
    LEFT JOIN mail_consent AS k ON k.id = :consent
""")
_FINISH = text("""
    UPDATE mail_message SET state = CAST(:state AS varchar), next_at = coalesce(:next_at, next_at), code = :code, error = :error,
        sent_at = CASE WHEN CAST(:state AS varchar) = 'sent' THEN CAST(:at AS timestamptz) ELSE sent_at END,
        bounced_at = CASE WHEN CAST(:state AS varchar) = 'bounced' THEN CAST(:at AS timestamptz) ELSE bounced_at END
    WHERE id = :id AND state = 'queued'
""")
_WITHDRAW = text("""
    UPDATE mail_message SET state = 'withheld', error = :error
    WHERE channel_id = :channel AND address_hash = :address_hash AND state = 'queued' AND bulk
""")
_STRIP = text("""
    UPDATE mail_message SET address = NULL, html = NULL, plain = NULL, domain = '' WHERE id IN (
        SELECT id FROM mail_message WHERE since < :before AND address IS NOT NULL AND state <> 'queued'
        LIMIT :most FOR UPDATE SKIP LOCKED) RETURNING 1
""")
_DROP_PREVIEWS = text("DELETE FROM mail_message WHERE state = 'preview' AND since < :before")
_DROP_PACES = text("""
    DELETE FROM mail_pace AS p WHERE p.domain <> '' AND p.free_at < :before
      AND NOT EXISTS (SELECT FROM mail_message AS m WHERE m.domain = p.domain AND m.state = 'queued')
""")
_WAITING = text("""
    SELECT count(*) AS waiting, coalesce(extract(epoch FROM CAST(:now AS timestamptz) - min(next_at)), 0) AS seconds
    FROM mail_message WHERE state = 'queued'
""")


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this worker has to itself until the claim ends."""

    id: str
    channel_id: str
    campaign_id: str | None
    kind: str
    bulk: bool
    consent_id: str | None
    address: str
    address_hash: str
    domain: str
    sender: str
    reply_to: str
    subject: str
    html: str
    plain: str
    since: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What speaks for and against a message at this moment."""

    campaign: str | None
    suppressed: str | None
    consent: str | None
    proven: bool
    consented_hash: str | None


async def enqueue(connection: AsyncConnection, rows: Sequence[MailMessageRow]) -> list[str]:
    """Queue messages and return the ids of those that are new: one of the same campaign to the same address is left out."""
    if not rows:
        return []
    now = rows[0].since
    domains = sorted({row.domain for row in rows if row.domain} | {ALTOGETHER})
    paces = insert_or(_PACE).on_conflict_do_nothing()
    await connection.execute(paces, [{"domain": domain, "free_at": now} for domain in domains])
    statement = insert_or(_MESSAGE).on_conflict_do_nothing().returning(_MESSAGE.c.id)
    found = await connection.execute(statement.values([row.model_dump() for row in rows]))
    return list(found.scalars())


async def insert_unqueued(connection: AsyncConnection, row: MailMessageRow) -> None:
    """Write a message that nobody sends."""
    await connection.execute(insert(_MESSAGE).values(**row.model_dump()))


async def claim(
    connection: AsyncConnection, now: datetime, until: datetime, *, pauses: tuple[timedelta, timedelta]
) -> Claim | None:
    """Take the next message that is due and may go by the paces; `pauses`: after each message altogether, and to its domain."""
    free_at = await connection.scalar(_TURN)
    if free_at is None or free_at > now:
        return None
    row = (await connection.execute(_CLAIM, {"now": now, "until": until})).one_or_none()
    if row is None:
        return None
    altogether, domain = pauses
    await connection.execute(_SPEND, {"domain": ALTOGETHER, "free_at": now + altogether})
    await connection.execute(_SPEND, {"domain": row.domain, "free_at": now + domain})
    return Claim(**row._mapping)


async def read_standing(connection: AsyncConnection, claimed: Claim) -> Standing:
    """Return what is known of consent and suppression now."""
    given = {
        "campaign": claimed.campaign_id,
        "channel": claimed.channel_id,
        "address_hash": claimed.address_hash,
        "consent": claimed.consent_id,
    }
    row = (await connection.execute(_STANDING, given)).one()
    return Standing(row.campaign, row.suppressed, row.consent, bool(row.proven), row.consented_hash)


async def finish(
    connection: AsyncConnection,
    id: str,
    state: str,
    at: datetime,
    *,
    next_at: datetime | None = None,
    code: int | None = None,
    error: str | None = None,
) -> None:
    """Write how a claim ended; what another worker has written down already stays."""
    given = {"id": id, "state": state, "at": at, "next_at": next_at, "code": code, "error": error}
    await connection.execute(_FINISH, given)


async def withhold(connection: AsyncConnection, channel_id: str, address_hash: str, error: str) -> None:
    """Send nothing of what waits for an address and needs consent."""
    await connection.execute(_WITHDRAW, {"channel": channel_id, "address_hash": address_hash, "error": error})


async def strip(connection: AsyncConnection, before: datetime, most: int) -> int:
    """Take address and words from up to `most` messages of before, and return how many that were."""
    return len((await connection.execute(_STRIP, {"before": before, "most": most})).all())


async def drop_unused(connection: AsyncConnection, before: datetime) -> None:
    """Remove previews and paces of before."""
    given: Mapping[str, Any] = {"before": before}
    await connection.execute(_DROP_PREVIEWS, given)
    await connection.execute(_DROP_PACES, given)


async def read_waiting(connection: AsyncConnection, now: datetime) -> tuple[int, float]:
    """Return how many messages wait, and for how many seconds the first of them has been due."""
    row = (await connection.execute(_WAITING, {"now": now})).one()
    return int(row.waiting), max(0.0, float(row.seconds))
