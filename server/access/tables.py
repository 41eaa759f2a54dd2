"""Sign-in codes, API keys, and who is staff; viewers themselves live in their signed tokens and in the ledger."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, Index, Text, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class SignInCodeRow(SQLModel, table=True):
    """A short-lived code that is exchanged for a token, so that no token stands in an address. Only its hash is kept."""

    __tablename__ = "sign_in_code"

    code_sha256: str = Field(primary_key=True)
    channel_id: str
    role: str
    subject: str
    """The name that its bearer is shown by."""
    person: str | None = None
    """The id that its bearer is known by; of codes from before this, it comes from channel, role and name."""
    expires_at: datetime = moment("expires_at", nullable=False)
    uses_left: int


class SanctionRow(SQLModel, table=True):
    """What staff of a channel have laid on a viewer, in a show of theirs or in all: whether it holds is said by its end and its lifting.

    A time-out, a mute, a shadow mute and a hold are about writing, a ban is about being there.
    """

    __tablename__ = "sanction"
    __table_args__ = (
        Index("sanction_of_viewer", "viewer_id", "channel_id"),
        Index(
            "sanction_standing",
            "show_id",
            "viewer_id",
            "kind",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index("sanction_of_channel", "channel_id", "id"),
        Index("sanction_of_show", "show_id", "at"),
        CheckConstraint("kind IN ('timeout', 'mute', 'shadow', 'hold', 'ban')", name="sanction_kind"),
        CheckConstraint("appeal_state IN ('open', 'kept', 'lifted')", name="sanction_appeal_state"),
    )

    id: str = Field(primary_key=True)
    channel_id: str
    show_id: str
    """Where it was given; with `whole_channel` it holds in every show of the channel."""
    whole_channel: bool = False
    kind: str
    viewer_id: str
    name: str | None = None
    """What they were called, if it was seen."""
    reason: str = "other"
    at: datetime = moment("at", nullable=False)
    ends_at: datetime | None = moment("ends_at")
    actor: str
    actor_name: str
    version: int = 0
    number: int = Field(default=0, index=True, sa_type=BigInteger)
    """Of its last change, where that is to be heard in other shows of the channel; else 0."""
    lifted_at: datetime | None = moment("lifted_at")
    lifted_by_name: str | None = None
    appeal: str | None = None
    """What they wrote against it, once."""
    appeal_state: str | None = None
    appealed_at: datetime | None = moment("appealed_at")
    answered_at: datetime | None = moment("answered_at")
    answered_by_name: str | None = None
    device: bool = False
    """Of a ban: whoever comes with the same device is out."""
    address: bool = False
    """Of a ban: every guest who comes from the same address is out."""
    like_id: str | None = None
    """Of what was laid by likeness: the ban whose person this likely is."""
    like_by: str | None = None
    """What tells so: `device` or `address`."""


class SanctionMarkRow(SQLModel, table=True):
    """What the person of a ban is known by: a keyed hash of a device or an address, until a time, and never longer than the ban."""

    __tablename__ = "sanction_mark"

    sanction_id: str = Field(primary_key=True, foreign_key="sanction.id", ondelete="CASCADE")
    signal: str = Field(primary_key=True)
    mark: str = Field(primary_key=True)
    until: datetime = moment("until", nullable=False, index=True)


class SanctionSettingsRow(SQLModel, table=True):
    """What is laid on whoever is likely somebody banned, in a channel: a kind of sanction, or `off`. Without a row it is `hold`."""

    __tablename__ = "sanction_settings"

    channel_id: str = Field(primary_key=True)
    lays: str


class SanctionHeadRow(SQLModel, table=True):
    """The newest number of what holds in whole channels; the one row."""

    __tablename__ = "sanction_head"

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    top: int = Field(sa_type=BigInteger)


class RevokedRow(SQLModel, table=True):
    """A sign-in that was ended before its time (`id` is its own), or a person of whom all that was signed until `at` has ended."""

    __tablename__ = "revoked"

    id: str = Field(primary_key=True)
    person: bool = Field(primary_key=True)
    at: datetime = moment("at", nullable=False)
    ends_at: datetime = moment("ends_at", nullable=False, index=True)
    number: int = Field(index=True, sa_type=BigInteger)


class RevokedHeadRow(SQLModel, table=True):
    """The newest number of what was revoked; the one row."""

    __tablename__ = "revoked_head"

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    top: int = Field(sa_type=BigInteger)


class StaffMemberRow(SQLModel, table=True):
    """Somebody who is, or may be by a code, staff of a channel: the name is theirs alone there."""

    __tablename__ = "staff_member"

    channel_id: str = Field(primary_key=True)
    viewer_id: str = Field(primary_key=True)
    role: str
    name: str
    seen_at: datetime = moment("seen_at", nullable=False)


class ApiKeyRow(SQLModel, table=True):
    """What a program of the merchant's acts with. Of its secret only the hash is kept, and the end by which people tell keys apart."""

    __tablename__ = "api_key"
    __table_args__ = (Index("api_key_of_channel", "channel_id", "id"),)

    id: str = Field(primary_key=True)
    channel_id: str
    name: str
    scopes: list[str] = Field(sa_column=Column("scopes", ARRAY(Text), nullable=False))
    secret_sha256: str = Field(unique=True)
    hint: str
    created_at: datetime = moment("created_at", nullable=False)
    created_by: str
    created_by_name: str
    last_used_at: datetime | None = moment("last_used_at")
    revoked_at: datetime | None = moment("revoked_at")
    version: int = 1


class CustomerSourceRow(SQLModel, table=True):
    """By what a channel's shop says who its customers are; two secrets at most are `CustomerSecretRow`s."""

    __tablename__ = "customer_source"

    channel_id: str = Field(primary_key=True)
    pseudonym_key: str
    """Sealed. It turns what the shop calls a customer into the viewer's id, and is another one only when it is lost."""
    jwks_url: str = ""
    jwks_id: str = ""
    """Another one with each address, so that processes can be told that an address has ended."""
    version: int = 1


class CustomerSecretRow(SQLModel, table=True):
    """A secret that a channel shares with its shop, sealed; `hint` is its end."""

    __tablename__ = "customer_secret"

    id: str = Field(primary_key=True)
    channel_id: str = Field(index=True)
    secret: str
    hint: str
    created_at: datetime = moment("created_at", nullable=False)
    created_by_name: str
    ended_at: datetime | None = moment("ended_at")
