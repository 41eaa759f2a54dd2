"""What the routes of channels and people take and give, and what they need to know of a request."""

from typing import Annotated, Literal, cast

from fastapi import Path, Request
from pydantic import BaseModel, Field

from server import security
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS, MEMBERS
from server.access.tokens import Identity
from server.channels.devices import device_of
from server.channels.passwords import CHARACTERS_MAX, CHARACTERS_MIN
from server.channels.rules import (
    EMAIL_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    PERSON_CHARACTERS_MAX,
    MemberRole,
    Newcomer,
    channel_name,
    email_address,
    known_currency,
    known_zone,
    person_name,
)
from server.channels.sessions import Whence
from server.channels.tables import PersonRow
from server.clock import to_wire
from server.http.params import ENTITY_ID, Moment, OneLine, RequestBody, by_field
from server.http.refusals import OF_BODIES, TO_PERMITTED
from server.protocol.codes import Code
from server.zones import ZONE_CHARACTERS_MAX

ChannelName = Annotated[OneLine, Field(min_length=1, max_length=NAME_CHARACTERS_MAX), by_field(channel_name)]
TimeZone = Annotated[
    OneLine,
    Field(min_length=1, max_length=ZONE_CHARACTERS_MAX, description="An IANA name, such as `Asia/Tokyo`."),
    by_field(known_zone),
]
Currency = Annotated[
    str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217, such as `JPY`."), by_field(known_currency)
]
PersonName = Annotated[
    OneLine,
    Field(min_length=1, max_length=PERSON_CHARACTERS_MAX, description="Shown beside what the person writes."),
    by_field(person_name),
]
Email = Annotated[OneLine, Field(min_length=3, max_length=EMAIL_CHARACTERS_MAX), by_field(email_address)]
TypedEmail = Annotated[OneLine, Field(min_length=1, max_length=EMAIL_CHARACTERS_MAX)]
"""An address that is only compared."""
NewPassword = Annotated[
    str,
    Field(
        min_length=1,
        max_length=CHARACTERS_MAX * 4,
        description=f"{CHARACTERS_MIN} to {CHARACTERS_MAX} characters in NFKC, of any kind; none that others try first.",
    ),
]
TypedPassword = Annotated[str, Field(min_length=1, max_length=CHARACTERS_MAX * 4)]
"""Compatible forms may be longer than what they become."""
LinkCode = Annotated[
    str,
    Field(
        min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$", description="What stands behind `#code=`."
    ),
]
Admin = Annotated[Principal, permitted(ADMINS)]
Member = Annotated[Principal, permitted(MEMBERS)]
PersonId = Annotated[
    str, Path(alias="person", pattern=ENTITY_ID, max_length=40, description="A person's id, or `me`.")
]
OF_PEOPLE = (*TO_PERMITTED, Code.NOT_FOUND)
WITH_BODY = (*OF_BODIES, Code.OUTCOME_UNKNOWN)


def identity_of(by: Principal) -> Identity:
    """Return whose token it is that may do what no API key may."""
    assert by.identity is not None, "a route without a scope lets no key in"
    return by.identity


class NewcomerBody(RequestBody):
    """Who joins."""

    name: PersonName
    email: Email
    password: NewPassword

    def newcomer(self) -> Newcomer:
        """Return them as the services take them."""
        return Newcomer(self.name, self.email, self.password)


class PersonBody(BaseModel):
    """One of a channel's people."""

    id: str
    name: str
    role: MemberRole
    created_at: Moment
    version: int
    email: str | None = Field(default=None, description="For admins, and for the person.")
    signs_in_by: list[Literal["password", "provider"]] | None = Field(
        default=None, description="For admins, and for the person."
    )


def person_body(row: PersonRow, reader: Identity) -> PersonBody:
    """Return a person as `reader` may see them."""
    body = PersonBody(
        id=row.id,
        name=row.name,
        role=cast("MemberRole", row.role),
        created_at=to_wire(row.created_at),
        version=row.version,
    )
    if reader.role == "admin" or reader.viewer_id == row.id:
        body.email = row.email
        body.signs_in_by = ["password"] if row.password_hash else []
        if row.oidc_subject:
            body.signs_in_by.append("provider")
    return body


def whence(request: Request) -> Whence:
    """Return where a request comes from, as a session keeps it."""
    return Whence(
        device_of(request.headers.get("user-agent", "")), security.address_prefix(address_of(request))
    )


def address_of(request: Request) -> str:
    """Return the caller's address, empty where there is none."""
    return request.client.host if request.client else ""
