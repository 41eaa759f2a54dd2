"""All SQL of the queue. Workers claim a few messages at a time; a claim has an end, after which others take the message over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.mail.pacing import AHEAD, ALTOGETHER, Due, Pauses, listed_max, slots_for
from server.mail.tables import MailMessageRow, MailPaceRow

_MESSAGE = MailMessageRow.__table__  # type: ignore[attr-defined]
_PACE = MailPaceRow.__table__  # type: ignore[attr-defined]

LISTED_TIMES: Final = 2
"""So many times as many messages are looked at as are wanted: not all can go at once."""

# Whoever holds this row claims; it is held for a few statements.
_TURN = text("SELECT free_at FROM mail_pace WHERE domain = '' FOR UPDATE")
# Of domains that are free soon enough, the most pressing of what is due.
_DUE = text("""
    SELECT m.id, p.domain, p.free_at FROM mail_pace AS p CROSS JOIN LATERAL (
        SELECT id, bulk, next_at FROM mail_message
        WHERE domain = p.domain AND state = 'queued' AND next_at <= :now ORDER BY bulk, next_at LIMIT :of_one) AS m
    WHERE p.domain <> '' AND p.free_at <= :soon
    ORDER BY greatest(p.free_at, :ahead), m.bulk, m.next_at LIMIT :most
""")
_CLAIM = text("""
    UPDATE mail_message AS m SET next_at = :until, attempts = m.attempts + 1 WHERE m.id IN (
        SELECT id FROM mail_message WHERE id = ANY(:ids) AND state = 'queued' AND next_at <= :now FOR UPDATE SKIP LOCKED)
    RETURNING m.id, m.channel_id, m.campaign_id, m.kind, m.bulk, m.consent_id, m.address, m.address_hash, m.domain, m.sender,
              m.reply_to, m.subject, m.html, m.plain, m.since, m.attempts
""")
_UNCLAIM = text("""
    UPDATE mail_message SET next_at = :now, attempts = attempts - 1 WHERE id = ANY(:ids) AND state = 'queued' AND next_at = :until
""")
_SPEND = text("UPDATE mail_pace SET free_at = :free_at WHERE domain = :domain")
# What was agreed to when it was queued may be taken back since.
_STANDINGS = text("""
    SELECT m.id, c.state AS campaign, s.reason AS suppressed, k.state AS consent, coalesce(k.proven, false) AS proven,
           k.address_hash AS consented_hash, m.good_until
    FROM mail_message AS m
    LEFT JOIN mail_campaign AS c ON c.id = m.campaign_id
    LEFT JOIN mail_suppression AS s ON s.channel_id = m.channel_id AND s.address_hash = m.address_hash
    LEFT JOIN mail_consent AS k ON k.id = m.consent_id
    WHERE m.id = ANY(:ids)
""")
# Whoever writes to several messages locks them in the order of their ids, so that nobody waits for each other.
_LOCK = text("SELECT 1 FROM mail_message WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
_FINISH = text("""
    UPDATE mail_message SET state = CAST(:state AS varchar), next_at = coalesce(:next_at, next_at), code = :code, error = :error,
        sent_at = CASE WHEN CAST(:state AS varchar) = 'sent' THEN CAST(:at AS timestamptz) ELSE sent_at END,
        bounced_at = CASE WHEN CAST(:state AS varchar) = 'bounced' THEN CAST(:at AS timestamptz) ELSE bounced_at END
    WHERE id = :id AND state = 'queued'
""")
_WITHDRAW = text("""
    UPDATE mail_message SET state = 'withheld', error = :error
    WHERE id IN (SELECT id FROM mail_message WHERE channel_id = :channel AND address_hash = :address_hash
                 AND state = 'queued' AND bulk ORDER BY id FOR UPDATE)
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
    at: datetime
    """When it goes."""
    claimed_at: datetime
    until: datetime
    """When the claim ends."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a worker has taken, the first to go first; `next_at`: when the next that is due may go, as far as that is known."""

    taken: Sequence[Claim]
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a claim ended: the message's state, when it is tried again, what was answered, and whether there is no such mailbox."""

    claim: Claim
    state: str
    at: datetime
    next_at: datetime | None = None
    code: int | None = None
    error: str | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What speaks for and against a message at this moment."""

    campaign: str | None
    suppressed: str | None
    consent: str | None
    proven: bool
    consented_hash: str | None
    good_until: datetime | None


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
    connection: AsyncConnection,
    clock: Clock,
    *,
    claimed_for: timedelta,
    within: timedelta,
    pauses: Pauses,
    most: int,
) -> Claims:
    """Take up to `most` messages that are due, each with a slot in the next moments; `within`: how far ahead is looked for the next."""
    free_at = await connection.scalar(_TURN)
    now = clock.now()
    if free_at is None or free_at > now + AHEAD:
        return Claims((), free_at)
    due = await _read_due(connection, now, within, pauses, most)
    slots = slots_for(due, free_at, now, pauses, most)
    if not slots.at:
        return Claims((), slots.next_at)
    next_at = now if len(due) == LISTED_TIMES * most else slots.next_at
    until = now + claimed_for
    rows = await connection.execute(_CLAIM, {"ids": list(slots.at), "now": now, "until": until})
    taken = [Claim(**row._mapping, at=slots.at[row.id], claimed_at=now, until=until) for row in rows]
    spent = [{"domain": domain, "free_at": at} for domain, at in sorted(slots.free_at.items())]
    await connection.execute(_SPEND, spent)
    return Claims(sorted(taken, key=lambda each: each.at), next_at)


async def _read_due(
    connection: AsyncConnection, now: datetime, within: timedelta, pauses: Pauses, most: int
) -> list[Due]:
    given = {
        "now": now,
        "ahead": now + AHEAD,
        "soon": now + within,
        "of_one": listed_max(pauses, most),
        "most": LISTED_TIMES * most,
    }
    return [Due(row.id, row.domain, row.free_at) for row in await connection.execute(_DUE, given)]


async def unclaim(connection: AsyncConnection, claims: Sequence[Claim], now: datetime) -> None:
    """Leave to others what was claimed and not begun."""
    await connection.execute(_LOCK, {"ids": [each.id for each in claims]})
    for until in {each.until for each in claims}:
        ids = [each.id for each in claims if each.until == until]
        await connection.execute(_UNCLAIM, {"ids": ids, "until": until, "now": now})


async def read_standings(connection: AsyncConnection, claims: Sequence[Claim]) -> dict[str, Standing]:
    """Return what is known of consent and suppression now, by the messages' ids."""
    rows = await connection.execute(_STANDINGS, {"ids": [each.id for each in claims]})
    return {row.id: Standing(*row[1:]) for row in rows}


async def finish(connection: AsyncConnection, endings: Sequence[Ending]) -> None:
    """Write how claims ended; what another worker has written down already stays."""
    await connection.execute(_LOCK, {"ids": [each.claim.id for each in endings]})
    rows = [
        {
            "id": each.claim.id,
            "state": each.state,
            "at": each.at,
            "next_at": each.next_at,
            "code": each.code,
            "error": each.error,
        }
        for each in endings
    ]
    await connection.execute(_FINISH, rows)


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
