"""All SQL of how a channel writes: its settings and templates."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.mail.tables import MailChannelRow, MailTemplateRow

_CHANNEL = MailChannelRow.__table__  # type: ignore[attr-defined]
_TEMPLATE = MailTemplateRow.__table__  # type: ignore[attr-defined]
_READ = text("SELECT * FROM mail_channel WHERE channel_id = :channel")
_LOCK = text("SELECT * FROM mail_channel WHERE channel_id = :channel FOR UPDATE")
_TEMPLATES = text(
    "SELECT * FROM mail_template WHERE channel_id = :channel AND kind = :kind AND language = :language"
)
_RESET = text(
    "DELETE FROM mail_template WHERE channel_id = :channel AND kind = :kind AND language = :language"
)
_EMAIL = text("SELECT email FROM person WHERE id = :person")
_NAME = text("SELECT name FROM channel WHERE id = :channel")


async def read_channel(connection: AsyncConnection, channel_id: str) -> MailChannelRow | None:
    """Return a channel's settings; None: it never had any."""
    row = (await connection.execute(_READ, {"channel": channel_id})).one_or_none()
    return None if row is None else MailChannelRow(**row._mapping)


async def lock_channel(connection: AsyncConnection, channel_id: str) -> MailChannelRow:
    """Return a channel's settings, made if need be, locked until the transaction's end."""
    fresh = MailChannelRow(channel_id=channel_id, salt=secrets.token_urlsafe(24))
    await connection.execute(insert(_CHANNEL).values(**fresh.model_dump()).on_conflict_do_nothing())
    row = (await connection.execute(_LOCK, {"channel": channel_id})).one()
    return MailChannelRow(**row._mapping)


async def update_channel(connection: AsyncConnection, channel_id: str, changes: Mapping[str, Any]) -> None:
    """Set columns; the version is one more."""
    statement = update(_CHANNEL).where(_CHANNEL.c.channel_id == channel_id)
    await connection.execute(statement.values(**changes, version=_CHANNEL.c.version + 1))


async def read_template(
    connection: AsyncConnection, channel_id: str, kind: str, language: str
) -> MailTemplateRow | None:
    """Return a channel's own templates; None: it uses the built-in ones."""
    given = {"channel": channel_id, "kind": kind, "language": language}
    row = (await connection.execute(_TEMPLATES, given)).one_or_none()
    return None if row is None else MailTemplateRow(**row._mapping)


async def write_template(connection: AsyncConnection, row: MailTemplateRow) -> None:
    """Write or replace templates."""
    given = row.model_dump()
    changed = {name: value for name, value in given.items() if name not in ("channel_id", "kind", "language")}
    statement = insert(_TEMPLATE).values(**given)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["channel_id", "kind", "language"], set_=changed)
    )


async def reset_template(connection: AsyncConnection, channel_id: str, kind: str, language: str) -> None:
    """Go back to the built-in ones."""
    await connection.execute(_RESET, {"channel": channel_id, "kind": kind, "language": language})


async def read_email(connection: AsyncConnection, person_id: str) -> str | None:
    """Return the address that somebody of a channel signs in with; None for who has none, such as a program."""
    found: str | None = await connection.scalar(_EMAIL, {"person": person_id})
    return found


async def read_name(connection: AsyncConnection, channel_id: str) -> str:
    """Return the channel's name."""
    return str(await connection.scalar(_NAME, {"channel": channel_id}) or "")
