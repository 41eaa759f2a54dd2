"""A channel's screening as the HTTP API takes and shows it."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from server.errors import RefusedError
from server.http.outbound import URL_CHARACTERS_MAX
from server.http.params import Face, OneLine, RequestBody, by_field
from server.protocol.screening_lines import HeldBy
from server.screening.links import known_host
from server.screening.matching import require_readable
from server.screening.rules import (
    ENTRY_CHARACTERS_MAX,
    HOSTS_MAX,
    PATTERNS_MAX,
    SLOW_SECONDS_MAX,
    WORDS_MAX,
    Entry,
    EntryDoes,
    EntryKind,
    Fallback,
    LinksAre,
    Settings,
)
from server.screening.tables import ScreeningSettingsRow
from server.screening.verdicts import Allow, Held, Refuse, Shadow, Verdict
from server.text import clean_line

TRIED_CHARACTERS_MAX = 1_000
Tried = Literal["allow", "hold", "shadow", "refuse"]


def _line(given: str) -> str:
    return clean_line(given, characters_max=ENTRY_CHARACTERS_MAX)


class EntryRequest(RequestBody):
    """One entry of a list."""

    kind: EntryKind = Field(
        default="word",
        description="A `pattern` takes `*` (any letters or digits of a word), `?` (one) and `#` (one digit).",
    )
    text: Annotated[OneLine, Field(min_length=1, max_length=2 * ENTRY_CHARACTERS_MAX), by_field(_line)] = (
        Field(
            description="Found in any case, width, kana, look-alikes, leetspeak, or with signs between its letters."
        )
    )
    does: EntryDoes = Field(default="hold", description="The strictest of what is found decides.")

    @model_validator(mode="after")
    def _readable(self) -> "EntryRequest":
        try:
            require_readable(self.as_entry())
        except RefusedError as refused:
            raise ValueError(refused.message) from None
        return self

    def as_entry(self) -> Entry:
        """Return it as the rules know it."""
        return Entry(self.kind, self.text, self.does)


class ReviewerRequest(RequestBody):
    """Somebody outside who is asked about each text."""

    url: Annotated[OneLine, Field(min_length=1, max_length=URL_CHARACTERS_MAX)]
    fallback: Fallback = Field(
        default="allow", description="What becomes of a text without an answer within 200 ms."
    )


class ScreeningRequest(RequestBody):
    """All of a channel's settings."""

    entries: list[EntryRequest] = Field(default=[], max_length=WORDS_MAX + PATTERNS_MAX)
    links: LinksAre = "allow"
    hosts: list[Annotated[OneLine, Field(max_length=253), by_field(known_host)]] = Field(
        default=[], max_length=HOSTS_MAX, description="Links there, and below, are let through all the same."
    )
    slow_seconds: int = Field(
        default=0,
        ge=0,
        le=SLOW_SECONDS_MAX,
        description="Between two texts of a viewer, where the show says nothing else.",
    )
    newcomers_held: bool = Field(
        default=False, description="Whether questions are held of viewers of whom none was let through yet."
    )
    reviewer: ReviewerRequest | None = None

    @model_validator(mode="after")
    def _few(self) -> "ScreeningRequest":
        patterns = sum(entry.kind == "pattern" for entry in self.entries)
        if patterns > PATTERNS_MAX or len(self.entries) - patterns > WORDS_MAX:
            raise ValueError(f"there are at most {WORDS_MAX} words and {PATTERNS_MAX} patterns")
        return self

    def as_settings(self) -> Settings:
        """Return it as the rules know it, each entry and host once, without the reviewer."""
        return Settings(
            entries=tuple(dict.fromkeys(entry.as_entry() for entry in self.entries)),
            links=self.links,
            hosts=tuple(dict.fromkeys(self.hosts)),
            slow_seconds=self.slow_seconds,
            newcomers_held=self.newcomers_held,
        )


class EntryBody(Face):
    """One entry of a list."""

    kind: EntryKind
    text: str
    does: EntryDoes


class ReviewerBody(Face):
    """Somebody outside who is asked about each text."""

    url: str
    fallback: Fallback


class ScreeningBody(Face):
    """How a channel screens what viewers write."""

    entries: list[EntryBody]
    links: LinksAre
    hosts: list[str]
    slow_seconds: int
    newcomers_held: bool
    reviewer: ReviewerBody | None
    version: int


class SecretBody(BaseModel):
    """What texts for the reviewer are signed with."""

    secret: str


class TryRequest(RequestBody):
    """A text that a viewer might write."""

    text: Annotated[str, Field(min_length=1, max_length=4 * TRIED_CHARACTERS_MAX)]
    settings: ScreeningRequest | None = Field(
        default=None,
        description="Settings that are not kept yet; the reviewer is asked by those that are kept alone.",
    )


class WhyBody(Face):
    """One reason: by what, and which entry, host or word of the reviewer's."""

    by: HeldBy
    what: str | None


class TriedBody(BaseModel):
    """What would become of it."""

    verdict: Tried
    why: list[WhyBody]
    message: str | None = Field(description="What the writer of a refused text is told.")


def as_body(row: ScreeningSettingsRow) -> ScreeningBody:
    """Return settings as they are shown: never the secret."""
    fields = row.model_dump(exclude={"channel_id", "reviewer_url", "reviewer_fallback", "reviewer_secret"})
    reviewer = row.reviewer_url and {"url": row.reviewer_url, "fallback": row.reviewer_fallback}
    return ScreeningBody.model_validate(fields | {"reviewer": reviewer})


def as_tried(verdict: Verdict) -> TriedBody:
    """Return what would become of a text."""
    message = verdict.message if isinstance(verdict, Refuse) else None
    reasons = () if isinstance(verdict, Allow) else verdict.why
    why = [WhyBody(by=each.by, what=each.what) for each in reasons]
    return TriedBody(verdict=_NAMES[type(verdict)], why=why, message=message)


_NAMES: dict[type[Verdict], Tried] = {Allow: "allow", Held: "hold", Shadow: "shadow", Refuse: "refuse"}
