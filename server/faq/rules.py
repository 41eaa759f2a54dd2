"""What a line of a product's FAQ is, and what becomes of it when a question is answered, or no longer is. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from server.text.likeness import Texts, text_of

LINES_MAX: Final = 100
"""Of one product: its page is read to the end."""
QUESTION_CHARACTERS_MAX: Final = 500
ANSWER_CHARACTERS_MAX: Final = 1000
SAME_FROM: Final = 90.0
"""Two questions from this likeness on are one line."""
EARLIER_MAX: Final = 5
"""Questions from which a line came before that are remembered."""


@dataclass(frozen=True, slots=True)
class FaqLine:
    """A question and its answer. `product_id` is the product's, never a variant's.

    `edited`: staff have written some of it, so no answer in a show replaces it. `reworded`: the question is in their words. `earlier`:
    the questions from which it came before the one that is its `source`, the last one last.
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
    earlier: Sequence[str] = ()


class Moved(Protocol):
    """A question whose state has changed, as it stands now; `answer_text` is what everybody reads."""

    @property
    def id(self) -> str: ...
    @property
    def show_id(self) -> str: ...
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
    show_id: str
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
            found.append(Answered(each.id, each.show_id, head, each.text, each.answer_text))
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


def with_answer(line: FaqLine, each: Answered, at: datetime) -> FaqLine:
    """Return the line saying what was answered newly, and remembering the question that it came from until now."""
    before = (*line.earlier, *(() if line.source is None else (line.source,)))
    return replace(
        _said(line, each, at),
        earlier=[id for id in dict.fromkeys(before) if id != each.source][-EARLIER_MAX:],
    )


def without_answer(line: FaqLine, standing: Mapping[str, Answered], at: datetime) -> FaqLine | None:
    """Return the line saying again what it said before its newest answer was taken back; None when nothing of that stands.

    `standing`: what is still answered about its product, by question.
    """
    for index in range(len(line.earlier) - 1, -1, -1):
        each = standing.get(line.earlier[index])
        if each is not None and each.product_id == line.product_id:
            return replace(_said(line, each, at), earlier=line.earlier[:index])
    return None


def _said(line: FaqLine, each: Answered, at: datetime) -> FaqLine:
    return replace(
        line,
        question=each.question,
        answer=each.answer,
        source=each.source,
        asked_in=each.show_id,
        version=line.version + 1,
        changed_at=at,
    )


def _twin(wanted: Answered, lines: Sequence[FaqLine]) -> FaqLine | None:
    of_product = {line.id: line for line in lines if line.product_id == wanted.product_id}
    likest = Texts((line.id, line.question) for line in of_product.values()).like(wanted.question)[:1]
    return next((of_product[like.id] for like in likest if like.likeness >= SAME_FROM), None)


def _count(product_id: str, lines: Sequence[FaqLine], new: Sequence[Answered]) -> int:
    return sum(line.product_id == product_id for line in lines) + sum(
        each.product_id == product_id for each in new
    )
