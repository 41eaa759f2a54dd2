"""Channels, their people, the sign-ins of these, and the links that bring them in."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


def _words(name: str) -> Column[list[str]]:
    return Column(name, ARRAY(String), nullable=False, server_default=text("'{}'"))


def _json(name: str, empty: str) -> Column[Any]:
    return Column(name, JSONB, nullable=False, server_default=text(f"'{empty}'"))


class ChannelRow(SQLModel, table=True):
    """A merchant's series of shows with its catalogue, people and rules."""

    __tablename__ = "channel"

    id: str = Field(primary_key=True)
    name: str
    currency: str
    """ISO 4217; it never changes, since prices and orders are written in it."""
    created_at: datetime = moment("created_at", nullable=False)
    time_zone: str = Field(default="UTC", sa_column_kwargs={"server_default": "UTC"})
    """An IANA name: in which dates are written for the channel's people."""
    language: str = Field(default="en", sa_column_kwargs={"server_default": "en"})
    """`en` or `ja`: what the channel's people read unless they choose otherwise."""
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """One more with each change of the row."""
    origins: list[str] = Field(default_factory=list, sa_column=_words("origins"))
    """Origins whose pages may have the channel's shows in them."""
    frame_ancestors: list[str] = Field(default_factory=list, sa_column=_words("frame_ancestors"))
    """Origins whose pages may show the viewer's page in a frame."""
    order_taker: str = Field(default="showfloor", sa_column_kwargs={"server_default": "showfloor"})
    """`showfloor`, or `shop`: the shop's own cart."""
    cart_url: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The template of the cart's address, where the shop takes the orders."""
    guests_allowed: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    """Whether a new show takes guests unless it says otherwise."""
    attribution_hours: int = Field(default=24, sa_column_kwargs={"server_default": "24"})
    """How long after a show an order of a customer who was in it is the show's, where the shop takes the orders."""


class CheckoutSettingsRow(SQLModel, table=True):
    """How what a channel sells is bought; a channel without a row sells in one step."""

    __tablename__ = "checkout_settings"

    channel_id: str = Field(primary_key=True, foreign_key="channel.id")
    buying: str = Field(default="one_step", sa_column_kwargs={"server_default": "one_step"})
    """`one_step` or `checkout`, of products that do not say it themselves."""
    address_needed: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    """Whether anything is sent to buyers."""
    methods: list[dict[str, Any]] = Field(default_factory=list, sa_column=_json("methods", "[]"))
    """The ways to send it: `id`, `title` by language, `price` and `free_from` in minor units, `countries`, `days`."""
    tax_thousandths: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Of a percent; prices include it."""
    tax_name: dict[str, str] = Field(default_factory=dict, sa_column=_json("tax_name", "{}"))
    """By language, as are the terms."""
    terms_text: dict[str, str] = Field(default_factory=dict, sa_column=_json("terms_text", "{}"))
    terms_url: str = Field(default="", sa_column_kwargs={"server_default": ""})
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """One more with each change of the row."""


class PersonRow(SQLModel, table=True):
    """Somebody who signs in to prepare and run a channel's shows: known everywhere by `id`, shown by `name`."""

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    email: str
    """As the person writes it."""
    email_key: str = Field(index=True)
    """As it is compared; a channel has it once."""
    name: str
    role: str
    password_hash: str | None = None
    """Argon2id in its PHC form; none for who has set no password."""
    oidc_subject: str | None = None
    """Who they are at the merchant's own provider of sign-ins."""
    created_at: datetime = moment("created_at", nullable=False)
    tokens_after: datetime | None = moment("tokens_after")
    """Tokens that were made up to then are good no more, since the role has changed."""
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class SessionRow(SQLModel, table=True):
    """One sign-in of a person that has not ended; `id` is the sign-in's, which its tokens carry."""

    __tablename__ = "session"

    id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", ondelete="CASCADE", index=True)
    created_at: datetime = moment("created_at", nullable=False)
    seen_at: datetime = moment("seen_at", nullable=False)
    """When its newest token was made, or the studio was opened."""
    ends_at: datetime = moment("ends_at", nullable=False)
    """No renewal goes beyond."""
    device: str
    """Browser and system, such as `Firefox on Linux`."""
    address: str
    """The network that the person signed in from, never the whole address."""


class InvitationRow(SQLModel, table=True):
    """A link that works once. Only the hash of its code is kept.

    `kind`: `owner` makes a channel and its first admin, `join` a person of `channel_id` in `role`, `reset` a new password for `person_id`.
    """

    __tablename__ = "invitation"

    id: str = Field(primary_key=True)
    kind: str
    code_sha256: str = Field(unique=True)
    channel_id: str | None = Field(default=None, foreign_key="channel.id", index=True)
    role: str
    email: str = ""
    """Whom it is for, if that was said; who joins may write another."""
    person_id: str | None = Field(default=None, foreign_key="person.id", ondelete="CASCADE", index=True)
    created_at: datetime = moment("created_at", nullable=False)
    ends_at: datetime = moment("ends_at", nullable=False)
    made_by: str = ""
    """The id of who made it; empty for the terminal."""
    made_by_name: str = ""
    used_at: datetime | None = moment("used_at")


class OidcProviderRow(SQLModel, table=True):
    """The merchant's own provider of sign-ins (OpenID Connect). The client's secret is sealed."""

    __tablename__ = "oidc_provider"

    channel_id: str = Field(primary_key=True, foreign_key="channel.id")
    issuer: str
    client_id: str
    client_secret: str
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class OidcCodeRow(SQLModel, table=True):
    """A session that a provider's sign-in has begun, until a page has taken it up. Only the code's hash is kept."""

    __tablename__ = "oidc_code"

    code_sha256: str = Field(primary_key=True)
    session_id: str
    ends_at: datetime = moment("ends_at", nullable=False)
