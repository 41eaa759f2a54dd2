"""All SQL of campaigns: that a show's viewers are written to, how far that is, and what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.repository import SETTLE_LIMITS, SETTLED
from server.mail.rules import ORDERS_WITHIN
from server.mail.tables import MailCampaignRow

_CAMPAIGN = MailCampaignRow.__table__  # type: ignore[attr-defined]
AUTOMATIC_WITHIN: Final = timedelta(days=7)
"""A worker that was away for longer writes to nobody about a show that they have forgotten."""

_DUE = text("""
    INSERT INTO mail_campaign (id, channel_id, show_id, kind, state, send_at, automatic, created_at)
    SELECT 'mp_' || replace(CAST(gen_random_uuid() AS text), '-', ''), s.channel_id, s.id, CAST(:kind AS varchar), 'preparing',
        :now, true, :now
    FROM show AS s JOIN mail_channel AS c USING (channel_id)
    WHERE s.state = 'ended' AND c.sender_address <> '' AND c.auto_after_hours IS NOT NULL AND s.ended_at >= c.auto_since
      AND s.ended_at + make_interval(hours => c.auto_after_hours) <= :now
      AND s.ended_at + make_interval(hours => c.auto_after_hours) > :oldest
      AND NOT EXISTS (SELECT FROM mail_campaign AS m WHERE m.show_id = s.id AND m.kind = CAST(:kind AS varchar))
    ON CONFLICT DO NOTHING
""")
# Not before everybody who was in the show is known to have been: a campaign goes through its people once.
_NEXT = text(f"""
    SELECT m.* FROM mail_campaign AS m JOIN show ON show.id = m.show_id
    WHERE m.state = 'preparing' AND m.send_at <= :now AND {SETTLED.format(show_id="show.id", ended_at="show.ended_at")}
    ORDER BY m.send_at LIMIT 1 FOR UPDATE OF m SKIP LOCKED
""")
_ADVANCE = text("UPDATE mail_campaign SET prepared_to = :to, state = :state WHERE id = :id")
_CANCEL = text("""
    UPDATE mail_campaign SET state = 'cancelled'
    WHERE channel_id = :channel AND show_id = :show AND kind = :kind AND state <> 'cancelled' RETURNING id
""")
_WITHHOLD = text("""
    UPDATE mail_message SET state = 'withheld', error = 'cancelled'
    WHERE id IN (SELECT id FROM mail_message WHERE campaign_id = :campaign AND state = 'queued' ORDER BY id FOR UPDATE)
""")
_COUNTS: Final = """
    count(m.id) AS recipients, count(m.id) FILTER (WHERE m.state = 'queued') AS queued,
    count(m.id) FILTER (WHERE m.state = 'kept') AS kept, count(m.sent_at) AS sent,
    count(m.sent_at) FILTER (WHERE m.bounced_at IS NULL) AS delivered, count(m.bounced_at) AS bounced,
    count(m.id) FILTER (WHERE m.state = 'failed') AS failed, count(m.id) FILTER (WHERE m.state = 'withheld') AS withheld,
    count(m.complained_at) AS complained, count(m.opened_at) AS opened, count(m.opened_machine_at) AS opened_machine,
    count(m.id) FILTER (WHERE m.opened_at IS NOT NULL OR m.opened_machine_at IS NOT NULL) AS opened_raw,
    count(m.clicked_at) AS clicked, count(m.clicked_machine_at) AS clicked_machine, count(m.unsubscribed_at) AS unsubscribed,
    count(m.id) FILTER (WHERE o.orders > 0) AS buyers,
    coalesce(sum(o.orders), 0) AS orders, coalesce(sum(o.amount_minor), 0) AS amount_minor
"""
_FIGURES = text(f"""
    SELECT s.id AS show_id, s.title, s.ended_at, max(c.state) AS state, max(c.send_at) AS send_at, max(ch.currency) AS currency,
           (SELECT count(*) FROM mail_consent AS k LEFT JOIN viewer_alias AS a
                ON a.show_id = s.id AND a.raw = k.viewer_id AND a.taken_back_at IS NULL
            JOIN rollup AS r ON r.show_id = s.id AND r.viewer_id = coalesce(a.canonical, k.viewer_id) AND NOT r.staff
            WHERE k.channel_id = s.channel_id AND k.state = 'confirmed') AS agreed, {_COUNTS}
    FROM show AS s JOIN channel AS ch ON ch.id = s.channel_id
    LEFT JOIN mail_campaign AS c ON c.show_id = s.id AND c.kind = :kind
    LEFT JOIN mail_message AS m ON m.campaign_id = c.id
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE l.order_id IS NULL) AS orders, sum(o.amount_minor) AS amount_minor
        FROM orders AS o LEFT JOIN order_line AS l ON l.order_id = o.id
        WHERE m.clicked_at IS NOT NULL AND o.channel_id = s.channel_id AND NOT o.staff AND o.currency = ch.currency
          AND o.at > m.clicked_at AND o.at <= m.clicked_at + CAST(:within AS interval)
          AND o.viewer_id IN (SELECT m.viewer_id UNION SELECT canonical FROM viewer_alias
                              WHERE raw = m.viewer_id AND taken_back_at IS NULL)) AS o ON true
    WHERE s.channel_id = :channel AND (s.id = :show OR (CAST(:show AS text) IS NULL AND s.state = 'ended'))
      AND (CAST(:after AS timestamptz) IS NULL OR s.ended_at < :after)
    GROUP BY s.id ORDER BY s.ended_at DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a show's follow-up. `agreed`: who was there and has confirmed an address; the others count messages.

    `delivered`: sent, and not come back so far. `opened`: by people; `opened_raw`: by anybody, mailbox providers' machines included.
    `orders` within 7 days after a click, in the channel's currency.
    """

    show_id: str
    title: str
    ended_at: datetime | None
    state: str | None
    send_at: datetime | None
    currency: str
    agreed: int
    recipients: int
    queued: int
    kept: int
    sent: int
    delivered: int
    bounced: int
    failed: int
    withheld: int
    complained: int
    opened: int
    opened_machine: int
    opened_raw: int
    clicked: int
    clicked_machine: int
    unsubscribed: int
    buyers: int
    orders: int
    amount_minor: int


async def begin_due(connection: AsyncConnection, kind: str, now: datetime) -> None:
    """Begin the campaigns of shows whose channels have them begin by themselves."""
    await connection.execute(_DUE, {"kind": kind, "now": now, "oldest": now - AUTOMATIC_WITHIN})


async def insert_campaign(connection: AsyncConnection, row: MailCampaignRow) -> bool:
    """Write a campaign; False where the show has one of its kind."""
    statement = insert(_CAMPAIGN).values(**row.model_dump()).on_conflict_do_nothing()
    return await connection.scalar(statement.returning(_CAMPAIGN.c.id)) is not None


async def lock_next(connection: AsyncConnection, now: datetime) -> MailCampaignRow | None:
    """Return a campaign whose messages are to be written, locked, of a show that has settled; None: there is none that nobody is at."""
    row = (await connection.execute(_NEXT, {"now": now, **SETTLE_LIMITS})).one_or_none()
    return None if row is None else MailCampaignRow(**row._mapping)


async def advance(connection: AsyncConnection, id: str, to: str, state: str) -> None:
    """Write how far a campaign's messages are written."""
    await connection.execute(_ADVANCE, {"id": id, "to": to, "state": state})


async def cancel(connection: AsyncConnection, channel_id: str, show_id: str, kind: str) -> bool:
    """Send nothing more of a campaign; False where there is nothing to cancel."""
    found = await connection.scalar(_CANCEL, {"channel": channel_id, "show": show_id, "kind": kind})
    if found is not None:
        await connection.execute(_WITHHOLD, {"campaign": found})
    return found is not None


async def read_figures(
    connection: AsyncConnection,
    channel_id: str,
    kind: str,
    *,
    show_id: str | None = None,
    after: datetime | None = None,
    limit: int,
) -> list[Figures]:
    """Return the figures of a channel's ended shows, the newest first; of one show, ended or not, where it is named."""
    given: dict[str, Any] = {
        "channel": channel_id,
        "kind": kind,
        "show": show_id,
        "after": after,
        "limit": limit,
    }
    rows = await connection.execute(_FIGURES, given | {"within": ORDERS_WITHIN})
    return [
        Figures(**{**row._mapping, "orders": int(row.orders), "amount_minor": int(row.amount_minor)})
        for row in rows
    ]
