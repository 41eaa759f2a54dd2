"""Who may be written to and who may not, what is written, and how far each message is."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Boolean, Column, Index, Integer, String, Text, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


def _words(name: str) -> Any:
    return Field(default="", sa_column=Column(name, Text(), nullable=False, server_default=""))


def _flag(name: str) -> Any:
    return Field(
        default=False, sa_column=Column(name, Boolean(), nullable=False, server_default=text("false"))
    )


class MailChannelRow(SQLModel, table=True):
    """How a channel writes: from whom, when by itself, and what it offers who came back. Without `sender_address` nobody is asked."""

    __tablename__ = "mail_channel"

    channel_id: str = Field(primary_key=True, foreign_key="channel.id")
    salt: str
    """Of the hashes of addresses; made once, for good: suppressed addresses are known by it."""
    sender_name: str = _words("sender_name")
    sender_address: str = _words("sender_address")
    reply_to: str = _words("reply_to")
    postal: str = _words("postal")
    """The merchant's postal address, which many laws want in such mail."""
    offer_text: str = _words("offer_text")
    offer_url: str = _words("offer_url")
    auto_after_hours: int | None = None
    """A show's viewers are written to so many hours after its end; none: when somebody says so."""
    auto_since: datetime | None = moment("auto_since")
    """Shows that ended before are left alone."""
    version: int = Field(
        default=1, sa_column=Column("version", Integer(), nullable=False, server_default=text("1"))
    )


class MailTemplateRow(SQLModel, table=True):
    """A channel's own words for one kind of message in one language; without a row the built-in ones."""

    __tablename__ = "mail_template"

    channel_id: str = Field(primary_key=True, foreign_key="channel.id")
    kind: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    subject: str = _words("subject")
    preheader: str = _words("preheader")
    html: str = _words("html")
    plain: str = _words("plain")
    version: int = Field(
        default=1, sa_column=Column("version", Integer(), nullable=False, server_default=text("1"))
    )


class MailConsentRow(SQLModel, table=True):
    """That a viewer asked to be written to at an address, by which words, and what became of it."""

    __tablename__ = "mail_consent"
    __table_args__ = (
        Index("mail_consent_viewer", "channel_id", "viewer_id", unique=True),
        Index("mail_consent_address", "channel_id", "address_hash"),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    viewer_id: str = Field(index=True)
    show_id: str
    """Where it was asked for."""
    address: str
    address_hash: str
    language: str
    wording: int
    """The version of the words that were agreed to (`server.mail.wording`)."""
    state: str = "asked"
    """`asked`, `confirmed` or `withdrawn`."""
    round: int = 1
    """How often it was asked for; a confirmation is good for its own round alone."""
    proven: bool = _flag("proven")
    """Confirmed by a message that was really sent: a kept one, which the studio shows, proves nothing about the mailbox."""
    asked_at: datetime = moment("asked_at", nullable=False)
    confirmed_at: datetime | None = moment("confirmed_at")
    withdrawn_at: datetime | None = moment("withdrawn_at")


class MailCampaignRow(SQLModel, table=True):
    """That a show's viewers are written to: once per show and kind, whoever says so and however often."""

    __tablename__ = "mail_campaign"
    __table_args__ = (Index("mail_campaign_show", "show_id", "kind", unique=True),)

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id", index=True)
    show_id: str
    kind: str
    state: str = "preparing"
    """`preparing` (messages are being written), `queued` (all are), or `cancelled`."""
    send_at: datetime = moment("send_at", nullable=False)
    prepared_to: str = _words("prepared_to")
    """The last consent whose message is written."""
    automatic: bool = _flag("automatic")
    created_at: datetime = moment("created_at", nullable=False)


class MailMessageRow(SQLModel, table=True):
    """One message to one person, with how far it is. Address and words go when it is old, or the person is erased; counts stay."""

    __tablename__ = "mail_message"
    __table_args__ = (
        Index(
            "mail_message_once", "campaign_id", "address_hash", unique=True,
            postgresql_where=text("campaign_id IS NOT NULL"),
        ),
        Index("mail_message_due", "domain", "bulk", "next_at", postgresql_where=text("state = 'queued'")),
        Index("mail_message_newest", "channel_id", "id"),
        Index("mail_message_address", "channel_id", "address_hash"),
    )  # fmt: skip

    id: str = Field(primary_key=True)
    channel_id: str
    campaign_id: str | None = None
    show_id: str | None = None
    kind: str
    """`confirm`, `follow_up`, `test`, `preview`, and what other rooms send."""
    bulk: bool
    """Whether consent is asked for; else it is transactional, and only addresses that do not work or complained are left out."""
    viewer_id: str | None = Field(default=None, index=True)
    consent_id: str | None = None
    address: str | None = None
    address_hash: str
    domain: str
    language: str
    sender: str
    reply_to: str = _words("reply_to")
    subject: str = _words("subject")
    html: str | None = Field(default=None, sa_column=Column("html", Text(), nullable=True))
    plain: str | None = Field(default=None, sa_column=Column("plain", Text(), nullable=True))
    links: list[str] = Field(
        sa_column=Column("links", ARRAY(String()), nullable=False, server_default=text("'{}'"))
    )
    """Where its links lead, by their numbers."""
    state: str = "queued"
    """`queued`, `sent`, `kept` (nothing sends here), `bounced`, `failed`, `withheld` (no consent any more,
    suppressed, cancelled), `preview`."""
    since: datetime = moment("since", nullable=False)
    good_until: datetime | None = moment("good_until")
    """When it is of no use any more, and does not go."""
    next_at: datetime = moment("next_at", nullable=False)
    """When it is tried next; while it is under way, when another worker may take it over."""
    attempts: int = Field(
        default=0, sa_column=Column("attempts", Integer(), nullable=False, server_default="0")
    )
    code: int | None = None
    """The last SMTP reply's."""
    error: str | None = None
    sent_at: datetime | None = moment("sent_at")
    bounced_at: datetime | None = moment("bounced_at")
    complained_at: datetime | None = moment("complained_at")
    opened_at: datetime | None = moment("opened_at")
    opened_machine_at: datetime | None = moment("opened_machine_at")
    clicked_at: datetime | None = moment("clicked_at")
    clicked_machine_at: datetime | None = moment("clicked_machine_at")
    unsubscribed_at: datetime | None = moment("unsubscribed_at")


class MailSuppressionRow(SQLModel, table=True):
    """An address that a channel does not write to, known by its hash alone, so that it stays when the person is erased."""

    __tablename__ = "mail_suppression"

    channel_id: str = Field(primary_key=True, foreign_key="channel.id")
    address_hash: str = Field(primary_key=True)
    reason: str
    """`hard_bounce`, `complaint` or `unsubscribed`; the gravest that was heard."""
    at: datetime = moment("at", nullable=False)


class MailPaceRow(SQLModel, table=True):
    """When the next message may go, over all workers: to each domain that mail waits for, and altogether (no domain)."""

    __tablename__ = "mail_pace"

    domain: str = Field(primary_key=True)
    free_at: datetime = moment("free_at", nullable=False)
