"""The SQL of signing in by the merchant's own provider."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.channels.tables import ChannelRow, OidcCodeRow, OidcProviderRow, PersonRow

_PROVIDER = OidcProviderRow.__table__  # type: ignore[attr-defined]
_CODE = OidcCodeRow.__table__  # type: ignore[attr-defined]
_PERSON = PersonRow.__table__  # type: ignore[attr-defined]
_CHANNEL = ChannelRow.__table__  # type: ignore[attr-defined]


async def read_provider(
    connection: AsyncConnection, channel_id: str, *, lock: bool = False
) -> OidcProviderRow | None:
    """Return the channel's row, locked if asked, whose issuer is empty after its provider was removed; None where there never was one."""
    wanted = select(_PROVIDER).where(_PROVIDER.c.channel_id == channel_id)
    found = (await connection.execute(wanted.with_for_update() if lock else wanted)).one_or_none()
    return None if found is None else OidcProviderRow(**found._mapping)


async def insert_no_provider_once(connection: AsyncConnection, row: OidcProviderRow) -> None:
    """Keep the row unless the channel has one."""
    await connection.execute(upsert(_PROVIDER).values(**row.model_dump()).on_conflict_do_nothing())


async def update_provider(connection: AsyncConnection, row: OidcProviderRow) -> None:
    """Write the row as its next version; sets that version on `row`."""
    row.version += 1
    own = _PROVIDER.c.channel_id == row.channel_id
    changed = row.model_dump(exclude={"channel_id"})
    await connection.execute(update(_PROVIDER).where(own).values(**changed))


async def read_providers_sealed_otherwise(connection: AsyncConnection, mark: str) -> list[OidcProviderRow]:
    """Lock and return the rows of all channels that have a secret which does not begin with `mark`."""
    sealed = _PROVIDER.c.client_secret
    wanted = select(_PROVIDER).where(sealed != "", ~sealed.startswith(f"{mark}."))
    rows = await connection.execute(wanted.with_for_update(key_share=True, skip_locked=True))
    return [OidcProviderRow(**row._mapping) for row in rows]


async def write_client_secret(connection: AsyncConnection, row: OidcProviderRow) -> None:
    """Write the secret as it is sealed now; the row stays the same version."""
    own = _PROVIDER.c.channel_id == row.channel_id
    await connection.execute(update(_PROVIDER).where(own).values(client_secret=row.client_secret))


async def read_sole_channel(connection: AsyncConnection) -> str | None:
    """Return the server's channel; None where there are several, or none."""
    found = (await connection.execute(select(_CHANNEL.c.id).limit(2))).scalars().all()
    return found[0] if len(found) == 1 else None


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
