"""All SQL of people and of where they are signed in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, literal_column, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.tables import RevokedRow
from server.channels.tables import PersonRow, SessionRow
from server.db.rows import read_page
from server.errors import RefusedError
from server.protocol.codes import MEANINGS, Code

SAME_ADDRESS_MAX = 8
"""Channels that one sign-in by e-mail and password looks into."""
_PERSON = PersonRow.__table__  # type: ignore[attr-defined]
_SESSION = SessionRow.__table__  # type: ignore[attr-defined]
_REVOKED = RevokedRow.__table__  # type: ignore[attr-defined]


async def insert_person(connection: AsyncConnection, row: PersonRow) -> None:
    """Write a new person; raises `email_taken` when somebody of the channel has the address."""
    await _write_person(connection, insert(_PERSON).values(**row.model_dump()), "body/person/email")


async def update_person(connection: AsyncConnection, person_id: str, changes: Mapping[str, Any]) -> PersonRow:
    """Set columns of a person, count the version up, and return the row as it stands then; raises `email_taken` as `insert_person` does."""
    changed = update(_PERSON).where(_PERSON.c.id == person_id)
    changed = changed.values(**changes, version=_PERSON.c.version + 1).returning(*_PERSON.c)
    return PersonRow(**(await _write_person(connection, changed, "body/email")).one()._mapping)


async def _write_person(connection: AsyncConnection, statement: Any, at: str) -> Any:
    try:
        return await connection.execute(statement)
    except IntegrityError as error:
        diagnosis = getattr(error.orig, "diag", None)
        if diagnosis is None or diagnosis.constraint_name != "person_email":
            raise
        why = MEANINGS[Code.EMAIL_TAKEN].text
        raise RefusedError(Code.EMAIL_TAKEN, errors=[{"at": at, "why": why}]) from None


async def email_is_taken(connection: AsyncConnection, channel_id: str, email_key: str) -> bool:
    """Whether one of the channel's people has the address."""
    wanted = select(_PERSON.c.id).where(_PERSON.c.channel_id == channel_id, _PERSON.c.email_key == email_key)
    return await connection.scalar(wanted) is not None


async def delete_person(connection: AsyncConnection, person_id: str) -> None:
    """Forget a person, with their sign-ins and links."""
    await connection.execute(delete(_PERSON).where(_PERSON.c.id == person_id))


async def read_person(
    connection: AsyncConnection, channel_id: str, person_id: str, *, locked: bool = False
) -> PersonRow | None:
    """Return a person of the channel; `locked`: nobody else changes them until the transaction ends."""
    wanted = select(_PERSON).where(_PERSON.c.id == person_id, _PERSON.c.channel_id == channel_id)
    if locked:
        wanted = wanted.with_for_update(key_share=True)
    found = (await connection.execute(wanted)).one_or_none()
    return None if found is None else PersonRow(**found._mapping)


async def read_people(
    connection: AsyncConnection,
    channel_id: str,
    *,
    after: str | None,
    limit: int,
    words: Collection[str] = (),
) -> list[PersonRow]:
    """Return up to `limit` of a channel's people, who came first first; `words`: who have each of them in name or address."""
    wanted = select(_PERSON).where(_PERSON.c.channel_id == channel_id)
    if after is not None:
        wanted = wanted.where(_PERSON.c.id > after)
    for word in words:
        wanted = wanted.where(or_(_holds(_PERSON.c.name, word), _holds(_PERSON.c.email, word)))
    return await read_page(
        connection,
        wanted.order_by(_PERSON.c.id),
        _PERSON.c.id,
        lambda row: PersonRow(**row._mapping),
        limit=limit,
    )


def _holds(column: Any, word: str) -> ColumnElement[bool]:
    return func.strpos(_folded(column), _folded(word)) > 0


def _folded(text: Any) -> ColumnElement[str]:
    return func.lower(func.normalize(text, literal_column("NFKC")))


async def read_people_by_email(
    connection: AsyncConnection, email_key: str, channel_id: str | None
) -> Sequence[PersonRow]:
    """Return who has the address, in the channel, or in any."""
    wanted = select(_PERSON).where(_PERSON.c.email_key == email_key)
    if channel_id is not None:
        wanted = wanted.where(_PERSON.c.channel_id == channel_id)
    rows = await connection.execute(wanted.order_by(_PERSON.c.id).limit(SAME_ADDRESS_MAX))
    return [PersonRow(**row._mapping) for row in rows]


async def read_admins(connection: AsyncConnection, channel_id: str) -> list[str]:
    """Return the ids of a channel's admins."""
    wanted = select(_PERSON.c.id).where(_PERSON.c.channel_id == channel_id, _PERSON.c.role == "admin")
    return list(await connection.scalars(wanted))


async def insert_session(connection: AsyncConnection, row: SessionRow) -> None:
    """Write a new sign-in, and forget those of the same person that have come to their end."""
    ended = delete(_SESSION).where(
        _SESSION.c.person_id == row.person_id, _SESSION.c.ends_at <= row.created_at
    )
    await connection.execute(ended)
    await connection.execute(insert(_SESSION).values(**row.model_dump()))


def _goes_on(now: datetime) -> ColumnElement[bool]:
    signed_out = (
        select(_REVOKED.c.id)
        .where(_REVOKED.c.id == _SESSION.c.id, _REVOKED.c.person.is_(False))
        .correlate(_SESSION)
        .exists()
    )
    return and_(_SESSION.c.ends_at > now, ~signed_out)


async def read_session(
    connection: AsyncConnection, session_id: str, now: datetime
) -> tuple[SessionRow, PersonRow] | None:
    """Return a sign-in that goes on, and whose it is, who is kept from changing until the transaction ends."""
    wanted = (
        select(_PERSON)
        .join(_SESSION, _SESSION.c.person_id == _PERSON.c.id)
        .where(_SESSION.c.id == session_id)
        .with_for_update(read=True, of=_PERSON)
    )
    person = (await connection.execute(wanted)).one_or_none()
    if person is None:
        return None
    # Read behind the lock, so that what ended the session meanwhile is seen.
    own = select(_SESSION).where(_SESSION.c.id == session_id, _goes_on(now))
    session = (await connection.execute(own)).one_or_none()
    return None if session is None else (SessionRow(**session._mapping), PersonRow(**person._mapping))


async def read_sessions(connection: AsyncConnection, person_id: str, now: datetime) -> list[SessionRow]:
    """Return where a person is signed in, the newest first."""
    wanted = select(_SESSION).where(_SESSION.c.person_id == person_id, _goes_on(now))
    rows = await connection.execute(wanted.order_by(_SESSION.c.created_at.desc(), _SESSION.c.id))
    return [SessionRow(**row._mapping) for row in rows]


async def touch_session(connection: AsyncConnection, session_id: str, now: datetime) -> None:
    """Keep that a sign-in was used."""
    await connection.execute(update(_SESSION).where(_SESSION.c.id == session_id).values(seen_at=now))


async def delete_sessions(
    connection: AsyncConnection, person_id: str, *, but: str = "", only: str | None = None
) -> list[str]:
    """Forget a person's sign-ins, all `but` one, or `only` one; return their ids."""
    gone = delete(_SESSION).where(_SESSION.c.person_id == person_id, _SESSION.c.id != but)
    if only is not None:
        gone = gone.where(_SESSION.c.id == only)
    return list(await connection.scalars(gone.returning(_SESSION.c.id)))
