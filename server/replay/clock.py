"""What of an ended show's journal is told again, and at which place of the show. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from server.journal.rewriting import ERASED

TOLD: Final = (
    "product.pinned",
    "product.changed",
    "line_up.changed",
    "announce",
    "announce.removed",
    "question.posted",
    "question.answered",
    "question.restored",
    "question.changed",
    "question.dismissed",
    "question.pinned",
    "offer.opened",
    "offer.closed",
    "poll.opened",
    "poll.closed",
    "giveaway.changed",
    "auction.opened",
    "auction.closed",
)
"""Types of publications that a replay tells again. Comments are many, and have a list of their own; counts pass too quickly to matter."""
_MILLISECOND: Final = timedelta(milliseconds=1)

Push = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """A publication as everybody could read it then."""

    offset: int
    at: datetime
    line: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A publication that is told again at the place `show_ms` of the show."""

    show_ms: int
    push: Push


def place_of(at: datetime, started_at: datetime) -> int:
    """Return which place of the show a moment is, in milliseconds since the start; before it that is negative."""
    return (at - started_at) // _MILLISECOND


def last_moment_of(show_ms: int, started_at: datetime) -> datetime:
    """Return the last moment that stands at that place of the show."""
    return started_at + _MILLISECOND * (show_ms + 1) - timedelta.resolution


def decode(published: Iterable[Published]) -> list[tuple[Published, Push]]:
    """Return the publications with what they say, without those that were for staff alone."""
    decoded = [(each, msgspec.json.decode(each.line)) for each in published]
    return [(each, push) for each, push in decoded if push["type"] != "withheld"]


def questions_in(pushes: Iterable[Push]) -> set[str]:
    """Return the ids of the questions that are spoken of."""
    return {id for push in pushes if (id := _question_of(push)) is not None}


def tell_again(
    decoded: Iterable[tuple[Published, Push]], started_at: datetime, seen: Collection[str]
) -> list[Moment]:
    """Return what is told again, each at its place; of questions only those that everybody may still see, `seen`.

    A question that may not be seen any more was never pinned.
    """
    moments = []
    for published, push in decoded:
        told = _as_it_may_be_told(push, seen)
        if told is not None:
            moments.append(Moment(place_of(published.at, started_at), told))
    return moments


def _question_of(push: Push) -> str | None:
    question = push.get("question")
    return question["id"] if isinstance(question, dict) else question


def _as_it_may_be_told(push: Push, seen: Collection[str]) -> Push | None:
    question = _question_of(push)
    if question is None or (question in seen and not _is_erased(push)):
        return push
    return push | {"question": None, "pinned": None} if push["type"] == "question.pinned" else None


def _is_erased(push: Push) -> bool:
    """Whether the words were taken out since, with whose they were."""
    words = push.get("pinned") or push["question"]
    return isinstance(words, dict) and words.get("text") == ERASED and words.get("author") == ERASED
