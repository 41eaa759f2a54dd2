"""What a survey may be, and what answers it, pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never
from zlib import crc32

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.pushes import SurveyKind, SurveyState
from server.text import clean_line, clean_text

QUESTION_CHARACTERS_MAX: Final = 200
CHOICE_CHARACTERS_MAX: Final = 80
CHOICES_MAX: Final = 10
WORDS_CHARACTERS_MAX: Final = 1000
HOURS_AFTER_END: Final = 24
HOURS_AFTER_END_MAX: Final = 7 * 24
PER_SHOW_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Wording:
    """What a survey asks, clean. `product_id`: its stars are about that; `why`: a score may be given a reason."""

    kind: SurveyKind
    question: str
    choices: tuple[str, ...] = ()
    why: bool = False
    product_id: str | None = None
    hours_after_end: int = HOURS_AFTER_END


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey of a show as the server keeps it."""

    id: str
    channel_id: str
    show_id: str
    wording: Wording
    at_end: bool
    state: SurveyState
    version: int
    created_at: datetime
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    closes_at: datetime | None = None

    def takes_answers(self, now: datetime) -> bool:
        """Whether it is open, and its time is not over."""
        return self.state == "open" and (self.closes_at is None or now < self.closes_at)


@dataclass(frozen=True, slots=True)
class Said:
    """What a viewer answered; only what the kind of survey asks for is there."""

    score: int | None = None
    choice: int | None = None
    words: str | None = None


def wording_of(
    kind: SurveyKind,
    question: str,
    *,
    choices: tuple[str, ...] = (),
    why: bool = False,
    product_id: str | None = None,
    hours_after_end: int = HOURS_AFTER_END,
) -> Wording:
    """Return a clean wording; raises `invalid` for a choice without two to ten different ones, and for what another kind has."""
    clean = tuple(clean_line(choice, characters_max=CHOICE_CHARACTERS_MAX) for choice in choices)
    if kind == "choice" and (not 2 <= len(clean) <= CHOICES_MAX or len(set(clean)) < len(clean)):
        raise RefusedError(Code.INVALID, f"A choice is between 2 to {CHOICES_MAX} different answers.")
    if (clean and kind != "choice") or (why and kind != "nps") or (product_id and kind != "stars"):
        raise RefusedError(
            Code.INVALID, "Choices belong to a choice, a reason to a score, a product to stars."
        )
    asked = clean_line(question, characters_max=QUESTION_CHARACTERS_MAX)
    return Wording(kind, asked, clean, why, product_id, hours_after_end)


def version_of(wording: Wording | None) -> int:
    """Return what tells one wording from another, of those that are kept without a number; 0: none."""
    return 0 if wording is None else crc32(repr(wording).encode())


def check_answer(wording: Wording, said: Said) -> Said:
    """Return the answer with clean words; raises `invalid` where it is not what the survey asks for."""
    words = None if said.words is None else clean_text(said.words, characters_max=WORDS_CHARACTERS_MAX)
    if not _fits(wording, said, words):
        raise RefusedError(Code.INVALID, f"This does not answer a survey of the kind {wording.kind}.")
    return Said(said.score, said.choice, words)


def _fits(wording: Wording, said: Said, words: str | None) -> bool:
    match wording.kind:
        case "nps":
            scored = said.score is not None and 0 <= said.score <= 10
            return scored and said.choice is None and (wording.why or words is None)
        case "stars":
            return said.score is not None and 1 <= said.score <= 5 and said.choice is None and words is None
        case "choice":
            chosen = said.choice is not None and 0 <= said.choice < len(wording.choices)
            return chosen and said.score is None and words is None
        case "text":
            return words is not None and said.score is None and said.choice is None
        case _:
            assert_never(wording.kind)


def closing_time(wording: Wording, now: datetime) -> datetime:
    """Return until when a survey that is open from the show's end on, or was opened after it, takes answers."""
    return now + timedelta(hours=wording.hours_after_end)
