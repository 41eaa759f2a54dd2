"""The SQL of signing in by the merchant's own provider."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.channels.tables import OidcCodeRow, OidcProviderRow, PersonRow

_PROVIDER = OidcProviderRow.__table__  # type: ignore[attr-defined]
_CODE = OidcCodeRow.__table__  # type: ignore[attr-defined]
_PERSON = PersonRow.__table__  # type: ignore[attr-defined]


async def read_provider(connection: AsyncConnection, channel_id: str) -> OidcProviderRow | None:
    """Return the channel's provider, None without one."""
    found = (
        await connection.execute(select(_PROVIDER).where(_PROVIDER.c.channel_id == channel_id))
    ).one_or_none()
    return None if found is None else OidcProviderRow(**found._mapping)


async def save_provider(connection: AsyncConnection, row: OidcProviderRow) -> None:
    """Keep the channel's provider in place of the one before."""
    statement = upsert(_PROVIDER).values(**row.model_dump())
    changed = {name: statement.excluded[name] for name in ("issuer", "client_id", "client_secret")}
    changed["version"] = _PROVIDER.c.version + 1
    await connection.execute(statement.on_conflict_do_update(index_elements=["channel_id"], set_=changed))


async def delete_provider(connection: AsyncConnection, channel_id: str) -> None:
    """Forget the channel's provider, and who its people are there: another provider knows others by the same subjects."""
    await connection.execute(delete(_PROVIDER).where(_PROVIDER.c.channel_id == channel_id))
    await forget_subjects(connection, channel_id)


async def forget_subjects(connection: AsyncConnection, channel_id: str) -> None:
    """Forget who the channel's people are at their provider."""
    own = _PERSON.c.channel_id == channel_id, _PERSON.c.oidc_subject.is_not(None)
    await connection.execute(update(_PERSON).where(*own).values(oidc_subject=None))


async def read_person_by_subject(
    connection: AsyncConnection, channel_id: str, subject: str
) -> PersonRow | None:
    """Return who of the channel's people the provider knows by this subject."""
    wanted = select(_PERSON).where(_PERSON.c.channel_id == channel_id, _PERSON.c.oidc_subject == subject)
    found = (await connection.execute(wanted)).one_or_none()
    return None if found is None else PersonRow(**found._mapping)


async def bind_by_email(
    connection: AsyncConnection, channel_id: str, email_key: str, subject: str
) -> PersonRow | None:
    """Bind the subject to the person of the channel who has the address and is bound to nobody yet; None when there is nobody."""
    unbound = (
        _PERSON.c.channel_id == channel_id,
        _PERSON.c.email_key == email_key,
        _PERSON.c.oidc_subject.is_(None),
    )
    bound = update(_PERSON).where(*unbound).values(oidc_subject=subject).returning(*_PERSON.c)
    found = (await connection.execute(bound)).one_or_none()
    return None if found is None else PersonRow(**found._mapping)


async def insert_code(connection: AsyncConnection, row: OidcCodeRow, now: datetime) -> None:
    """Keep a code, and forget those whose time is over."""
    await connection.execute(delete(_CODE).where(_CODE.c.ends_at <= now))
    await connection.execute(insert(_CODE).values(**row.model_dump()))


async def take_code(connection: AsyncConnection, code_sha256: str, now: datetime) -> str | None:
    """Use a code up and return the session that it stands for; None for one that is wrong, used or over."""
    taken = delete(_CODE).where(_CODE.c.code_sha256 == code_sha256, _CODE.c.ends_at > now)
    found: str | None = await connection.scalar(taken.returning(_CODE.c.session_id))
    return found
