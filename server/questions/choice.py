"""Which questions of a show are listed, and in which order. Pure."""

from dataclasses import dataclass
from typing import Literal

from server.protocol.pushes import QuestionState
from server.questions.rules import Question

QuestionOrder = Literal["newest", "wanted", "oldest", "product", "repeat_buyers"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Questions of a show in any of `states`, None for all, that fulfil everything else that is named here.

    `product`: about it or a variant of it. `label`: with it. `said`: with each of its words, as `Texts.holding` finds them.
    """

    show_id: str
    states: tuple[QuestionState, ...] | None = None
    order: QuestionOrder = "newest"
    product: str | None = None
    label: str | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some questions, the cursor behind them (None at the end), and which of them repeat buyers asked, where the order is theirs."""

    questions: list[Question]
    next: str | None
    repeat_buyers: frozenset[str] = frozenset()
