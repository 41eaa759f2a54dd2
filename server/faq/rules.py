"""What a line of a product's FAQ is, and what becomes of it when a question is answered, or no longer is. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from server.text.likeness import Texts, text_of

LINES_MAX: Final = 100
"""Of one product: its page is read to the end."""
QUESTION_CHARACTERS_MAX: Final = 500
ANSWER_CHARACTERS_MAX: Final = 1000
SAME_FROM: Final = 90.0
"""Two questions from this likeness on are one line."""


@dataclass(frozen=True, slots=True)
class FaqLine:
    """A question and its answer. `product_id` is the product's, never a variant's.

    `edited`: staff have written some of it, so no answer in a show replaces it. `reworded`: the question is in their words.
    """

    id: str
    channel_id: str
    product_id: str
    question: str
    answer: str
    shown: bool
    source: str | None
    asked_in: str | None
    edited: bool
    reworded: bool
    version: int
    at: datetime
    changed_at: datetime
    changed_by: str | None


class Moved(Protocol):
    """A question whose state has changed, as it stands now; `answer_text` is what everybody reads."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def answer_text(self) -> str | None: ...
    @property
    def product_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that is answered to everybody, about a product."""

    source: str
    product_id: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be written: new lines, and by their ids lines of before with what they say now."""

    new: Sequence[Answered]
    again: Mapping[str, Answered]


def answered_among(moved: Iterable[Moved], heads: Mapping[str, str]) -> list[Answered]:
    """Return those that are answered in words to everybody; `heads` has for a product or variant the product that it is of.

    One without a letter says nothing to anybody: its words were erased.
    """
    found: list[Answered] = []
    for each in moved:
        head = heads.get(each.product_id or "")
        if head and each.state == "answered" and each.answer_text and text_of(each.text).letters:
            found.append(Answered(each.id, head, each.text, each.answer_text))
    return found


def changes_by(answered: Sequence[Answered], lines: Sequence[FaqLine]) -> Changes:
    """Return what newly answered questions change about the lines of their products, which are all given.

    The newest answer stands; where the same was asked before it stands in that line, and what staff have edited is left as it is.
    A product that has `LINES_MAX` gets no more.
    """
    by_source = {line.source: line for line in lines if line.source is not None}
    new: list[Answered] = []
    again: dict[str, Answered] = {}
    for each in answered:
        line = by_source.get(each.source) or _twin(each, lines)
        if line is not None:
            if not line.edited:
                again[line.id] = each
        elif _count(each.product_id, lines, new) < LINES_MAX:
            new.append(each)
    return Changes(new, again)


def _twin(wanted: Answered, lines: Sequence[FaqLine]) -> FaqLine | None:
    of_product = {line.id: line for line in lines if line.product_id == wanted.product_id}
    likest = Texts((line.id, line.question) for line in of_product.values()).like(wanted.question)[:1]
    return next((of_product[like.id] for like in likest if like.likeness >= SAME_FROM), None)


def _count(product_id: str, lines: Sequence[FaqLine], new: Sequence[Answered]) -> int:
    return sum(line.product_id == product_id for line in lines) + sum(
        each.product_id == product_id for each in new
    )
