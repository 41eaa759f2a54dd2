"""What may become of a question, pure: states, moves with their one table of edges, and who hears of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, assert_never

from server.protocol.pushes import QuestionState
from server.protocol.question_commands import DismissReason
from server.questions.claims import Claim

TEXT_CHARACTERS_MAX = 500
ANSWER_CHARACTERS_MAX = 1000

VISIBLE: frozenset[QuestionState] = frozenset({"open", "answering", "answered"})
"""States in which every viewer sees a question, may vote for it, and it may be pinned."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the server keeps it; `version` counts its moves, votes and claims are not moves."""

    id: str
    show_id: str
    viewer_id: str
    author: str
    text: str
    state: QuestionState
    version: int
    votes: int
    asked_at: datetime
    answer_text: str | None = None
    answered_live: bool = False
    answered_at: datetime | None = None
    dismissed_reason: str | None = None
    moderated_by: str | None = None
    role: str = "viewer"
    """The author's."""
    answered_by: str | None = None
    """Whoever wrote or gave the answer, by name; `answered_role` is theirs."""
    answered_role: str | None = None
    votes_apart: int = 0
    """Votes in doubt, which only staff see."""
    state_before: QuestionState | None = None
    """The state that `Undo` goes back to; None where there is nothing to undo."""
    private_text: str | None = None
    """An answer for those alone who asked or voted; `answer_text` is None then."""
    answering_ms: int | None = None
    """Of an answer by voice: where in the show it begins, in milliseconds since the start."""
    claimed_by: str | None = None
    """Who works on it, by viewer id, with `claimed_name`, until `claimed_until`, by the connection `claimed_at`."""
    claimed_name: str | None = None
    claimed_until: datetime | None = None
    claimed_at: str | None = None
    merged_into: str | None = None
    """The question that stands for this one while it is merged."""
    merged: int = 0
    """How many questions are merged into this one, each by itself."""
    product_id: str | None = None
    """What it is about."""
    anonymous: bool = False
    """Viewers read no name; `author` is a pseudonym, the same in the whole channel."""
    labels: Sequence[str] = ()
    """Staff's own words for it."""
    comment_id: str | None = None
    """The comment that a moderator made it of."""
    held: Sequence[Mapping[str, str]] = ()
    """Why it was held or shadowed: each with `by` and, where there is more to say, `what`."""
    stage_host: str | None = None
    """The host on whose stage it stands, at `stage_rank`, where `staged_by` put it; kept while it is in no state to stand there."""
    stage_rank: int | None = None
    staged_by: str | None = None
    replay_ms: int | None = None
    """Asked at the replay, at this place of the show (milliseconds since its start)."""

    @property
    def claim(self) -> Claim | None:
        """The claim as it is kept, which may have lapsed."""
        if self.claimed_by is None or self.claimed_until is None:
            return None
        return Claim(self.claimed_by, self.claimed_name or "", self.claimed_until, self.claimed_at or "")


def with_claim(question: Question, claim: Claim | None) -> Question:
    """Return the question claimed so, or by nobody."""
    if claim is None:
        return replace(question, claimed_by=None, claimed_name=None, claimed_until=None, claimed_at=None)
    return replace(
        question,
        claimed_by=claim.viewer_id,
        claimed_name=claim.name,
        claimed_until=claim.until,
        claimed_at=claim.connection_id,
    )


@dataclass(frozen=True, slots=True)
class Own:
    """What a viewer did: their questions, newest first, ids of those they voted for, and of these the ones answered to them alone."""

    asked: list[Question]
    voted: list[str]
    told: list[Question]
    roots: dict[str, Question]
    """By id the questions that stand for those that are merged."""


@dataclass(frozen=True, slots=True)
class Approve:
    """Let everybody see a question that waits for it, or that its author alone sees."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Take an open question back to those that wait for approval."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Say that the question is being answered in the video now."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer by `text`, to those alone who asked or voted where `private`, or live in the video when it is None."""

    text: str | None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Take a question away from everybody but staff."""

    reason: DismissReason


@dataclass(frozen=True, slots=True)
class Merge:
    """Let another question of the show stand for this one."""

    into: str


@dataclass(frozen=True, slots=True)
class Restore:
    """Open a question again, whatever it was before: an answer is taken back, a dismissal too."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take the last move back: the question is in the state before it."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Its author takes it back, for good."""


Move = Approve | Hold | Begin | Answer | Dismiss | Merge | Restore | Undo | Withdraw

EDGES: Final[dict[type[Any], dict[QuestionState, QuestionState | None]]] = {
    Approve: dict.fromkeys(("pending", "shadowed"), "open"),
    Hold: {"open": "pending"},
    Begin: {"open": "answering"},
    Answer: {"open": "answered", "answering": "answered"},
    Dismiss: dict.fromkeys(("pending", "shadowed", "open", "answering", "answered"), "dismissed"),
    Merge: dict.fromkeys(("pending", "open", "answered"), "merged"),
    Restore: dict.fromkeys(("answering", "answered", "dismissed"), "open"),
    Undo: dict.fromkeys(("pending", "open", "answering", "answered", "dismissed", "merged"), None),
    Withdraw: dict.fromkeys(("pending", "shadowed", "open"), "withdrawn"),
}
"""From which states each move leads where; None: to the state before the last move."""


def is_visible(question: Question) -> bool:
    """Whether every viewer sees the question."""
    return question.state in VISIBLE


def comes_out(before: Question, after: Question) -> bool:
    """Whether a move lets everybody see a question that its author alone has seen until now."""
    return is_visible(after) and "shadowed" in (before.state, before.state_before)


@dataclass(frozen=True, slots=True)
class Deed:
    """Who moves a question, when, and where in the show (milliseconds since its start; None before it)."""

    by: str
    at: datetime
    role: str | None = None
    show_ms: int | None = None
    voice: tuple[str, str] | None = None
    """Name and role of the host on whose stage the question stands: an answer by voice is theirs."""


def carry_out(move: Move, question: Question, deed: Deed, *, version: int | None = None) -> Question | None:
    """Return the question after the move; None when its state does not allow it or `version` is no longer the newest.

    A move ends the claim. Of what a move takes back, only `Undo` finds again what it was.
    """
    state = _leads_to(move, question)
    if (version is not None and version != question.version) or state is None:
        return None
    moved = replace(
        with_claim(question, None),
        state=state,
        version=question.version + 1,
        moderated_by=deed.by,
        dismissed_reason=None,
        merged_into=None,
        state_before=question.state,
    )
    match move:
        case Approve():
            # Who saw it does not see it shadowed again: an approval that is undone leaves it pending.
            return replace(off_stage(moved), state_before="pending")
        case Hold() | Withdraw():
            return moved
        case Restore():
            return replace(off_stage(without_answer(moved)), state_before=None)
        case Undo():
            return replace(_as_before(moved), state_before=None)
        case Begin():
            return replace(moved, answering_ms=deed.show_ms)
        case Answer():
            return _answered(moved, question, move, deed)
        case Dismiss(reason):
            return replace(moved, dismissed_reason=reason)
        case Merge(into):
            return replace(moved, merged_into=into)
        case _:
            assert_never(move)


def _leads_to(move: Move, question: Question) -> QuestionState | None:
    edges = EDGES[type(move)]
    return edges.get(question.state) or (question.state_before if question.state in edges else None)


def _as_before(back: Question) -> Question:
    """What was dismissed or merged has kept its answer; what is open again has none."""
    match back.state:
        case "answered":
            return back
        case "answering":
            return replace(without_answer(back), answering_ms=back.answering_ms)
        case _:
            return without_answer(back)


def _answered(moved: Question, before: Question, answer: Answer, deed: Deed) -> Question:
    live = answer.text is None
    begun = before.answering_ms if before.state == "answering" else deed.show_ms
    by, role = deed.voice if live and deed.voice else (deed.by, deed.role)
    return replace(
        moved,
        answer_text=None if answer.private else answer.text,
        private_text=answer.text if answer.private else None,
        answered_live=live,
        answered_at=deed.at,
        answered_by=by,
        answered_role=role,
        answering_ms=begun,
    )


def off_stage(question: Question) -> Question:
    """Return the question on nobody's stage."""
    return replace(question, stage_host=None, stage_rank=None, staged_by=None)


def without_answer(question: Question) -> Question:
    """Return the question as if nobody had answered it."""
    return replace(
        question,
        answer_text=None,
        private_text=None,
        answered_live=False,
        answered_at=None,
        answered_by=None,
        answered_role=None,
        answering_ms=None,
    )
