"""What is sent and answered about mail over HTTP."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from server.errors import RefusedError
from server.http.params import Address, EntityId, Face, Moment, OneLine, RequestBody
from server.mail.rules import Language, mailbox_of, one_line

State = Literal["none", "asked", "confirmed", "withdrawn"]
SendState = Literal["on", "kept"]
MessageState = Literal["queued", "sent", "kept", "bounced", "failed", "withheld"]
Title = Annotated[OneLine, StringConstraints(max_length=200)]
Part = Annotated[OneLine, StringConstraints(max_length=40_000)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", min_length=64, max_length=64)]


def _mailbox(value: str) -> str:
    if not value:
        return value
    try:
        return mailbox_of(value).address
    except RefusedError as refused:
        raise ValueError(refused.message) from None


def _line(value: str) -> str:
    return one_line(value)


MailboxOrNone = Annotated[str, Field(max_length=254), AfterValidator(_mailbox)]
Line = Annotated[OneLine, StringConstraints(max_length=100), AfterValidator(_line)]


class MailWish(RequestBody):
    """What a viewer asks for, in the words that they were shown."""

    address: str = Field(min_length=1, max_length=320, description="An e-mail address.")
    language: Language
    wording: int = Field(ge=1, le=1_000_000, description="The version of the words that were agreed to.")


class MailStandBody(BaseModel):
    """How a viewer stands with the channel's mail."""

    offered: bool = Field(description="Whether the channel sends mail at all.")
    wording: int
    words: str = Field(description="What is agreed to.")
    state: State
    address: str | None


class MailSettingsBody(Face):
    """How a channel writes."""

    sending: SendState = Field(
        description="`kept`: this server has no SMTP server, and messages are kept, not sent."
    )
    sender_name: str
    sender_address: str = Field(description="Empty: nobody is asked, and nothing is sent.")
    reply_to: str
    postal: str
    offer_text: str
    offer_url: str
    auto_after_hours: int | None
    bounces: bool = Field(description="Whether messages that do not arrive are heard of.")
    version: int


class MailSettingsChanges(RequestBody):
    """What may be set; what is left out stays."""

    sender_name: Line | None = None
    sender_address: MailboxOrNone | None = None
    reply_to: MailboxOrNone | None = None
    postal: Line | None = None
    offer_text: Annotated[OneLine, StringConstraints(max_length=300)] | None = None
    offer_url: Address | None = None
    auto_after_hours: Annotated[int, Field(ge=0, le=168)] | None = None


class MailTemplateRequest(RequestBody):
    """A template's parts, as Jinja."""

    subject: Title
    preheader: Title
    html: Part
    plain: Part


class VariableBody(BaseModel):
    """What a template may name."""

    name: str
    meaning: str


class MailTemplateBody(MailTemplateRequest):
    """The same, with its version: 0 is the built-in one."""

    version: int
    variables: list[VariableBody]


class MailDraft(MailTemplateRequest):
    """A template that is being written, and whose doings it is filled with: somebody's in a show, else a sample."""

    language: Language
    ended: EntityId | None = Field(default=None, description="An ended show.")
    person: EntityId | None = Field(default=None, description="One of the show's `people`.")


class MailPreviewBody(Face):
    """A draft, filled in. `look`: where its HTML part is shown, for an hour."""

    subject: str
    preheader: str
    plain: str
    look: str


class MailTestBody(BaseModel):
    """Where a test went."""

    address: str


class MailFiguresBody(Face):
    """What became of a show's follow-up; see `docs/figures.md`."""

    show: str = Field(validation_alias="show_id")
    title: str
    ended_at: Moment | None
    state: Literal["preparing", "queued", "cancelled"] | None
    send_at: Moment | None
    currency: str
    agreed: int = Field(description="Who was there and has confirmed an address.")
    recipients: int
    queued: int
    kept: int
    sent: int
    delivered: int = Field(description="Sent, and not come back so far.")
    bounced: int
    failed: int
    withheld: int
    complained: int
    opened: int = Field(description="By people.")
    opened_machine: int
    opened_raw: int = Field(description="By anybody, mailbox providers' machines included.")
    clicked: int
    clicked_machine: int
    unsubscribed: int
    buyers: int
    orders: int = Field(description="Within 7 days after a click.")
    amount_minor: int


class MailShowsBody(BaseModel):
    """Ended shows with their follow-ups, the newest first."""

    shows: list[MailFiguresBody]


class MailPersonBody(BaseModel):
    """Somebody who agreed and was there, for a preview."""

    person: str
    address: str


class MailPeopleBody(BaseModel):
    """Some of them."""

    people: list[MailPersonBody]


class MailMessageBody(Face):
    """A message in the list. `look`: where it is shown; of what was really sent nothing is."""

    id: str
    kind: str
    address: str | None
    subject: str
    state: str
    error: str | None
    at: Moment
    look: str | None


class MailMessagePage(BaseModel):
    """A page of them."""

    messages: list[MailMessageBody]
    next: str | None


class SuppressionBody(Face):
    """An address that is not written to: by its hash, and itself where it is still known."""

    id: str = Field(validation_alias="address_hash")
    reason: Literal["unsubscribed", "hard_bounce", "complaint"]
    at: Moment
    address: str | None


class SuppressionPage(BaseModel):
    """A page of them."""

    suppressions: list[SuppressionBody]
    next: str | None
