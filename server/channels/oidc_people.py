"""Who of a channel somebody is that a provider vouches for."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit_beside
from server.channels.invitations_repository import read_invitations_for, use_invitation
from server.channels.oidc_claims import IdToken, refused, verified_email
from server.channels.oidc_repository import bind_by_email, read_person_by_subject
from server.channels.people import write_person
from server.channels.people_repository import email_is_taken
from server.channels.rules import PERSON_CHARACTERS_MAX, email_key, person_name
from server.channels.tables import InvitationRow, PersonRow
from server.clock import Clock
from server.errors import RefusedError


async def person_of(connection: AsyncConnection, channel_id: str, claims: IdToken, clock: Clock) -> PersonRow:
    """Return who it is: by the subject; the first time by the verified address, of a person or of an open invitation, which is used.

    Raises `unauthenticated`, with `why` `unknown_person`, for anybody else.
    """
    person = await read_person_by_subject(connection, channel_id, claims.sub)
    email = verified_email(claims)
    if person is None and email is not None:
        person = await bind_by_email(connection, channel_id, email_key(email), claims.sub)
        person = person or await _join(connection, channel_id, claims, email, clock)
    if person is None:
        raise refused("unknown_person")
    return person


async def _join(
    connection: AsyncConnection, channel_id: str, claims: IdToken, email: str, clock: Clock
) -> PersonRow | None:
    """Let somebody join by the newest invitation for their address; None without one, or if somebody has the address already."""
    key = email_key(email)
    if await email_is_taken(connection, channel_id, key):
        return None
    link = await _used_invitation(connection, channel_id, key, clock)
    if link is None:
        return None
    person = await write_person(
        connection,
        name=_name_of(claims.name, email),
        email=link.email,
        channel_id=channel_id,
        role=link.role,
        oidc_subject=claims.sub,
        clock=clock,
    )
    actor, details = (
        Actor(person.id, person.name, person.role),
        {"channel": channel_id, "name": person.name, "invitation": link.id, "role": person.role},
    )
    await audit_beside(connection, actor, "person.joined", person.id, clock.now(), **details)
    return person


async def _used_invitation(
    connection: AsyncConnection, channel_id: str, key: str, clock: Clock
) -> InvitationRow | None:
    now = clock.now()
    for link in await read_invitations_for(connection, channel_id, now):
        if email_key(link.email) == key:
            used = await use_invitation(connection, link.code_sha256, "join", now)
            if used is not None:
                return used
    return None


def _name_of(told: Any, email: str) -> str:
    """Return what the person is called: as the provider says, else as the address begins."""
    for name in (told, email.partition("@")[0]):
        try:
            return person_name(str(name or "")[:PERSON_CHARACTERS_MAX])
        except RefusedError:
            continue
    return "-"
