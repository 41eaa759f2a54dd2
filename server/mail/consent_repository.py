"""All SQL of who asked to be written to."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.mail.tables import MailConsentRow

_CONSENT = MailConsentRow.__table__  # type: ignore[attr-defined]
_FIND = text("SELECT * FROM mail_consent WHERE channel_id = :channel AND viewer_id = :viewer")
_FIND_LOCKED = text(
    "SELECT * FROM mail_consent WHERE channel_id = :channel AND viewer_id = :viewer FOR UPDATE"
)
_BY_ID = text("SELECT * FROM mail_consent WHERE id = :id FOR UPDATE")
_CONFIRM = text("""
    UPDATE mail_consent SET state = 'confirmed', confirmed_at = :at, withdrawn_at = NULL,
        proven = EXISTS (SELECT FROM mail_message WHERE id = :message AND state = 'sent') WHERE id = :id
""")
_WITHDRAW = text("""
    UPDATE mail_consent SET state = 'withdrawn', withdrawn_at = :at
    WHERE channel_id = :channel AND state <> 'withdrawn'
      AND (viewer_id = :viewer OR address_hash = :hash) RETURNING address_hash
""")
_RECENT = text("""
    SELECT count(*) FROM mail_message WHERE channel_id = :channel AND address_hash = :hash AND kind = 'confirm' AND since > :after
""")
_REASON = text("SELECT reason FROM mail_suppression WHERE channel_id = :channel AND address_hash = :hash")


async def read_consent(
    connection: AsyncConnection, channel_id: str, viewer_id: str, *, lock: bool = False
) -> MailConsentRow | None:
    """Return what a viewer has asked for."""
    given = {"channel": channel_id, "viewer": viewer_id}
    return _as_consent((await connection.execute(_FIND_LOCKED if lock else _FIND, given)).one_or_none())


async def lock_consent(connection: AsyncConnection, id: str) -> MailConsentRow | None:
    """Return a consent by its id, locked."""
    return _as_consent((await connection.execute(_BY_ID, {"id": id})).one_or_none())


async def write_consent(connection: AsyncConnection, row: MailConsentRow) -> MailConsentRow:
    """Write what a viewer asks for in place of what they asked for before, and return it: it keeps its id and has another round."""
    given = row.model_dump()
    kept = ("id", "channel_id", "viewer_id", "round")
    changed: dict[str, Any] = {name: value for name, value in given.items() if name not in kept}
    statement = (
        insert(_CONSENT)
        .values(**given)
        .on_conflict_do_update(
            index_elements=["channel_id", "viewer_id"], set_=changed | {"round": _CONSENT.c.round + 1}
        )
    )
    found = (await connection.execute(statement.returning(_CONSENT))).one()
    return MailConsentRow(**found._mapping)


async def confirm_consent(connection: AsyncConnection, id: str, message_id: str, at: datetime) -> None:
    """Write that an address was confirmed by a message; whether that one was really sent is written too."""
    await connection.execute(_CONFIRM, {"id": id, "message": message_id, "at": at})


async def withdraw_consent(
    connection: AsyncConnection, channel_id: str, at: datetime, *, viewer_id: str = "", address_hash: str = ""
) -> list[str]:
    """Take consent back, of a viewer or of everybody with an address, and return the hashes of their addresses."""
    given = {"channel": channel_id, "at": at, "viewer": viewer_id, "hash": address_hash}
    return list(await connection.scalars(_WITHDRAW, given))


async def count_confirmations(
    connection: AsyncConnection, channel_id: str, address_hash: str, after: datetime
) -> int:
    """Return how often an address was asked to confirm since."""
    return int(
        await connection.scalar(_RECENT, {"channel": channel_id, "hash": address_hash, "after": after}) or 0
    )


async def read_reason(connection: AsyncConnection, channel_id: str, address_hash: str) -> str | None:
    """Return why an address is not written to; None: it may be."""
    found: str | None = await connection.scalar(_REASON, {"channel": channel_id, "hash": address_hash})
    return found


def _as_consent(row: Row[Any] | None) -> MailConsentRow | None:
    return None if row is None else MailConsentRow(**row._mapping)
