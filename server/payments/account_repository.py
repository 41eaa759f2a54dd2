"""All SQL of channels' accounts at providers, and of what is disputed there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, TextClause, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.payments.account_tables import PaymentAccountRow, PaymentDisputeRow

_ACCOUNT = PaymentAccountRow.__table__  # type: ignore[attr-defined]
_DISPUTE = PaymentDisputeRow.__table__  # type: ignore[attr-defined]
_NEWEST_FIRST: Final = _ACCOUNT.c.created_at.desc()
OPEN_DISPUTES: Final = "d.state IN ('needs_response', 'warning_needs_response', 'appeal_needs_response')"
"""What somebody has to answer."""

_OF_SHOW = text(
    """
    SELECT a.id FROM payment_account a JOIN show s ON s.channel_id = a.channel_id AND a.state = 'on' WHERE s.id = :show
    """
)
_METHODS_IN = text(
    """
    SELECT c.currency, a.methods, a.live FROM show s JOIN channel c ON c.id = s.channel_id
    LEFT JOIN payment_account a ON a.channel_id = s.channel_id AND a.state = 'on' WHERE s.id = :show
    """
)
_HEARD = text(
    """
    UPDATE payment_account SET heard_at = :now WHERE id = :id AND (heard_at IS NULL OR heard_at < :before)
    """
)
_REFUSED = text("UPDATE payment_account SET refused_at = :now WHERE id = :id AND refused_at IS NULL")
_TAKEN = text("UPDATE payment_account SET refused_at = NULL WHERE id = :id AND refused_at IS NOT NULL")
_NEWEST_REF = text(
    """
    SELECT provider_ref FROM payment WHERE account_id = :id AND provider_ref IS NOT NULL ORDER BY created_at DESC LIMIT 1
    """
)
_UNFINISHED = text(
    """
    SELECT count(*) FROM payment WHERE account_id = :id AND state IN ('created', 'pending', 'authorized', 'refunding')
    """
)
_KEEP_DISPUTE = text(
    """
    INSERT INTO payment_dispute AS d (account_id, dispute_ref, channel_id, money_ref, reason, state, amount_minor, currency, due_at,
                                      opened_at, told_at)
    VALUES (:account_id, :dispute_ref, :channel_id, :money_ref, :reason, :state, :amount_minor, :currency, :due_at, :opened_at, :told_at)
    ON CONFLICT (account_id, dispute_ref) DO UPDATE SET reason = excluded.reason, state = excluded.state, due_at = excluded.due_at,
        amount_minor = excluded.amount_minor, told_at = excluded.told_at
    WHERE d.told_at <= excluded.told_at
    """
)
# Unheard: money came by an account a while ago, and since that payment began no webhook of the account's has.
_READ_STANDINGS = text(
    f"""
    SELECT a.id, a.channel_id, a.live, a.refused_at, a.heard_at,
        (SELECT max(p.created_at) FROM payment p WHERE p.account_id = a.id AND p.channel_id = a.channel_id
            AND p.state IN ('captured', 'refunding', 'refunded') AND p.changed_at < :before) AS paid_at,
        (SELECT count(*) FROM payment_dispute d WHERE d.account_id = a.id AND {OPEN_DISPUTES}) AS disputed
    FROM payment_account a WHERE a.state = 'on' ORDER BY a.channel_id
    """
)
_SEALED_OTHERWISE = text(
    """
    SELECT id FROM payment_account WHERE EXISTS (
        SELECT FROM unnest(webhook_secrets || secret) AS sealed WHERE sealed <> '' AND NOT starts_with(sealed, :mark))
    FOR NO KEY UPDATE SKIP LOCKED
    """
)
HEARD_AGAIN: Final = timedelta(minutes=1)
"""A webhook is noted at most so often: each would write the same row."""
PAID_AGO: Final = timedelta(minutes=10)
"""Within this a webhook of a payment has come."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands that is in use."""

    id: str
    channel_id: str
    live: bool
    refused_at: datetime | None
    heard_at: datetime | None
    paid_at: datetime | None
    """When the newest payment began that has been paid for a while."""
    disputed: int

    @property
    def unheard(self) -> bool:
        """Whether money comes by it, and no webhook."""
        return self.paid_at is not None and (self.heard_at is None or self.heard_at < self.paid_at)


async def read_account_of_show(connection: AsyncConnection, show_id: str) -> str | None:
    """Return by which account the payments of a show begin."""
    found: str | None = await connection.scalar(_OF_SHOW, {"show": show_id})
    return found


async def read_methods_in(
    connection: AsyncConnection, show_id: str
) -> tuple[str, list[str] | None, bool] | None:
    """Return a show's currency, and by what its channel's account is paid (None: it has none) and whether money moves there."""
    row = (await connection.execute(_METHODS_IN, {"show": show_id})).one_or_none()
    return None if row is None else (row.currency, row.methods, bool(row.live))


async def read_account(connection: AsyncConnection, id: str) -> PaymentAccountRow | None:
    """Return an account, in whatever state."""
    row = (await connection.execute(select(_ACCOUNT).where(_ACCOUNT.c.id == id))).one_or_none()
    return None if row is None else PaymentAccountRow(**row._mapping)


async def read_accounts(
    connection: AsyncConnection, channel_id: str, *, lock: bool = False
) -> list[PaymentAccountRow]:
    """Return all accounts that a channel has or had, the newest first."""
    wanted = select(_ACCOUNT).where(_ACCOUNT.c.channel_id == channel_id).order_by(_NEWEST_FIRST)
    rows = await connection.execute(wanted.with_for_update() if lock else wanted)
    return [PaymentAccountRow(**row._mapping) for row in rows]


async def insert_account(connection: AsyncConnection, row: PaymentAccountRow) -> None:
    """Write a new account."""
    await connection.execute(insert(_ACCOUNT).values(**row.model_dump()))


async def update_account(connection: AsyncConnection, row: PaymentAccountRow) -> None:
    """Write an account as its next version; sets that version on `row`. What is heard of it is left alone."""
    row.version += 1
    changed = row.model_dump(exclude={"id", "heard_at"})
    await connection.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == row.id).values(**changed))


async def read_newest_ref(connection: AsyncConnection, account_id: str) -> str | None:
    """Return the provider's reference of the newest payment by an account."""
    found: str | None = await connection.scalar(_NEWEST_REF, {"id": account_id})
    return found


async def count_unfinished(connection: AsyncConnection, account_id: str) -> int:
    """Return how many payments by an account are not over."""
    return int(await connection.scalar(_UNFINISHED, {"id": account_id}) or 0)


async def note_heard(connection: AsyncConnection, account_id: str, now: datetime) -> None:
    """Write when a webhook came."""
    await connection.execute(_HEARD, {"id": account_id, "now": now, "before": now - HEARD_AGAIN})


async def note_taken(connection: AsyncConnection, account_id: str, now: datetime, *, taken: bool) -> None:
    """Write whether the provider takes the key."""
    await connection.execute(_TAKEN if taken else _REFUSED, {"id": account_id, "now": now})


async def keep_dispute(connection: AsyncConnection, dispute: Mapping[str, Any]) -> None:
    """Write how a dispute stands, unless something newer was told. `dispute`: the columns of `payment_dispute`."""
    await connection.execute(_KEEP_DISPUTE, dict(dispute))


async def read_disputes(
    connection: AsyncConnection, channel_id: str, most: int = 50
) -> list[PaymentDisputeRow]:
    """Return a channel's disputes, the newest first."""
    own = select(_DISPUTE).where(_DISPUTE.c.channel_id == channel_id)
    rows = await connection.execute(own.order_by(_DISPUTE.c.opened_at.desc()).limit(most))
    return [PaymentDisputeRow(**row._mapping) for row in rows]


async def read_standings(connection: AsyncConnection, now: datetime) -> Sequence[Standing]:
    """Return how the accounts of all channels stand that are in use."""
    return as_standings(await connection.execute(*standings_at(now)))


def standings_at(now: datetime) -> tuple[TextClause, dict[str, datetime]]:
    """Return the statement that reads how accounts stand, and its parameters: for whoever has another kind of connection."""
    return _READ_STANDINGS, {"before": now - PAID_AGO}


def as_standings(rows: Iterable[Row[Any]]) -> list[Standing]:
    """Return its rows as what they are."""
    return [Standing(**row._mapping) for row in rows]


async def read_accounts_sealed_otherwise(connection: AsyncConnection, mark: str) -> list[PaymentAccountRow]:
    """Lock and return accounts that have a secret which does not begin with `mark`."""
    ids = (await connection.scalars(_SEALED_OTHERWISE, {"mark": f"{mark}."})).all()
    found = await connection.execute(select(_ACCOUNT).where(_ACCOUNT.c.id.in_(ids)))
    return [PaymentAccountRow(**row._mapping) for row in found]


async def write_secrets(connection: AsyncConnection, row: PaymentAccountRow) -> None:
    """Write the secrets as they are sealed now; the row stays the same version."""
    own = update(_ACCOUNT).where(_ACCOUNT.c.id == row.id)
    await connection.execute(own.values(secret=row.secret, webhook_secrets=row.webhook_secrets))
