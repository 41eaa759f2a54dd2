"""What is said of questions on the live socket: journal pushes, and what is told to staff or to one viewer alone."""

from msgspec import UNSET, Struct, UnsetType

from server.protocol.codes import Code
from server.protocol.lines import Push, Reply
from server.protocol.pushes import (
    Claimed,
    OwnQuestion,
    Question,
    QuestionState,
    QuestionVotes,
    StaffQuestion,
    StaffQuestionVotes,
)
from server.protocol.staged import StaffStage, Stage


class QuestionSubmitted(Push, frozen=True, tag="question.submitted"):
    """A question waits for approval."""

    question: StaffQuestion


class QuestionPosted(Push, frozen=True, tag="question.posted"):
    """A question is open."""

    question: Question


class StaffQuestionPosted(QuestionPosted, frozen=True, tag="question.posted"):
    """A question is open."""

    question: StaffQuestion


class QuestionVoted(Push, frozen=True, tag="question.voted"):
    """The newest count of each question's votes."""

    votes: list[QuestionVotes]


class StaffQuestionVoted(Push, frozen=True, tag="question.voted"):
    """The newest counts; viewers get `withheld` when only votes that count apart have come."""

    votes: list[StaffQuestionVotes]


class QuestionAnswered(Push, frozen=True, tag="question.answered"):
    """A question was answered."""

    question: Question


class StaffQuestionAnswered(QuestionAnswered, frozen=True, tag="question.answered"):
    """A question was answered."""

    question: StaffQuestion


class QuestionId(Struct, frozen=True):
    """Which question."""

    id: str


class QuestionDismissed(Push, frozen=True, tag="question.dismissed"):
    """A question is to be seen no more."""

    question: QuestionId


class StaffQuestionDismissed(Push, frozen=True, tag="question.dismissed"):
    """A question was dismissed, by whom and why."""

    question: StaffQuestion


class QuestionRestored(Push, frozen=True, tag="question.restored"):
    """A question is open again."""

    question: Question


class StaffQuestionRestored(QuestionRestored, frozen=True, tag="question.restored"):
    """A question is open again."""

    question: StaffQuestion


class QuestionChanged(Push, frozen=True, tag="question.changed"):
    """A question as it stands now, in the place of what was known of it: it is being answered live."""

    question: Question


class StaffQuestionChanged(QuestionChanged, frozen=True, tag="question.changed"):
    """The same; staff also hear by it who works on a question. Viewers get `withheld` when nothing of theirs has changed."""

    question: StaffQuestion


class QuestionOwn(Struct, frozen=True, tag_field="type", tag="question.own"):
    """For its author, and of an answer for them alone also for whoever voted: how the question stands. It has no position.

    `into`: the question that stands for it while it is merged, with its answer.
    """

    question: OwnQuestion
    into: OwnQuestion | UnsetType = UNSET


class QuestionErased(Push, frozen=True, tag="question.erased"):
    """The words and the author of a question are gone; everything else about it stays."""

    question: Question


class StaffQuestionErased(QuestionErased, frozen=True, tag="question.erased"):
    """The words and the author of a question are gone."""

    question: StaffQuestion


class QuestionPinned(Push, frozen=True, tag="question.pinned"):
    """Which question is pinned now, by its id, and as it stands; null: none."""

    question: str | None
    pinned: Question | None = None


class StageChanged(Push, frozen=True, tag="stage.changed"):
    """What stands on the stages of the show's hosts now, whole, and for those who do not hold them the `questions` that came there."""

    stages: list[Stage]
    questions: list[Question]


class StaffStageChanged(Push, frozen=True, tag="stage.changed"):
    """The stage of each of the show's hosts; none when nobody is named as one."""

    stages: list[StaffStage]
    questions: list[StaffQuestion]


class ActDone(Struct, frozen=True, omit_defaults=True):
    """What became of one of many acts: how the question stands, or the `code` of the refusal, with its further fields."""

    question: str
    state: QuestionState | None = None
    version: int | None = None
    code: Code | None = None
    current: StaffQuestion | None = None
    claimed_by: Claimed | None = None


class ManyDone(Reply, frozen=True, tag="ok"):
    """The results, in the order of the acts."""

    results: list[ActDone]


class AnsweringBy(Struct, frozen=True):
    """A member of staff."""

    viewer: str
    name: str


class Answering(Struct, frozen=True, tag_field="type", tag="question.answering"):
    """For staff: who is writing an answer to the question now. It counts for `for_ms` and is told again before that; `by` empty: nobody."""

    question: str
    by: list[AnsweringBy]
    for_ms: int
