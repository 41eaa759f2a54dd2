"""Every line that the server may write on the live socket, as msgspec structs.

They describe: the rooms write lines from parts, since many share their bytes. A test holds recorded and live lines against these shapes.
Where staff read more than viewers, there is a second struct of the same type.
"""

from msgspec import Struct

from server.protocol.codes import Code, Verdict
from server.protocol.command_kinds import CommandId
from server.protocol.pushes import (
    Banned,
    Question,
    QuestionState,
    QuestionVotes,
    Show,
    ShowState,
    StaffQuestion,
    StaffQuestionVotes,
)


class Reply(Struct, frozen=True, kw_only=True, tag_field="type", tag="ok"):
    """Done. A command without `id` gets none."""

    id: CommandId


class Asked(Reply, frozen=True, tag="ok"):
    """The question is kept: `open`, or `pending` until a moderator approves it."""

    question: str
    state: QuestionState


class Voted(Reply, frozen=True, tag="ok"):
    """The question's votes, this one counted."""

    votes: int


class Shared(Reply, frozen=True, tag="ok"):
    """The id for the link."""

    share: str


class Bought(Reply, frozen=True, tag="ok"):
    """The order: `amount` in minor units of `currency`."""

    order: str
    number: str
    product: str
    quantity: int
    amount: int
    currency: str
    at: str


class Published(Reply, frozen=True, tag="ok"):
    """The journal's newest offset."""

    offset: int


class Moderated(Reply, frozen=True, tag="ok"):
    """How the question stands now; `until` of one that is claimed. Nothing but the id, when nothing was pinned."""

    question: str | None = None
    state: QuestionState | None = None
    version: int | None = None
    until: str | None = None


class Restocked(Reply, frozen=True, tag="ok"):
    """The units left."""

    product: str
    stock: int


class ShowMoved(Reply, frozen=True, tag="ok"):
    """The show's state, also when it was so before."""

    state: ShowState


class Pong(Struct, frozen=True, kw_only=True, tag_field="type", tag="pong", omit_defaults=True):
    """The server's time."""

    at: str
    id: CommandId | None = None


class Barred(Reply, frozen=True, tag="ok"):
    """Who is banned, or no longer."""

    viewer: str


class Error(Struct, frozen=True, kw_only=True, tag_field="type", tag="error", omit_defaults=True):
    """A refusal; nothing was done. Further fields depend on the code, such as `retry_after_ms`, `current`, `stock`, `price`.

    `refused`: it stands for so many lines of one frame.
    """

    code: Code
    message: str
    retry: Verdict
    id: CommandId | None = None
    retry_after_ms: int | None = None
    refused: int | None = None


class Push(Struct, frozen=True, kw_only=True, tag_field="type", tag="push"):
    """What every journal push has: its place in the journal, and when it happened."""

    offset: int
    at: str


class ShowStarted(Push, frozen=True, tag="show.started"):
    """The show is live."""

    show: Show


class ShowEnded(Push, frozen=True, tag="show.ended"):
    """The show has ended."""

    show: Show


class ShowChanged(Push, frozen=True, tag="show.changed"):
    """What was planned for the show, or its state, is another now: scheduled, in rehearsal, cancelled. `show` is how it stands."""

    show: Show


class Announced(Push, frozen=True, tag="announce"):
    """The host's side says something to everybody; `by` is the role, `name` who it is."""

    text: str
    by: str
    name: str | None = None


class AnnouncementRemoved(Push, frozen=True, tag="announce.removed"):
    """What was announced at that offset is said no more; 0 means one whose offset is not known."""

    announcement: int


class StaffViewerBanned(Push, frozen=True, tag="viewer.banned"):
    """A viewer may not enter the show any more."""

    banned: Banned


class StaffViewerUnbanned(Push, frozen=True, tag="viewer.unbanned"):
    """A viewer may enter again."""

    viewer: str


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
    """For its author, and of an answer for them alone also for whoever voted: how the question stands. It has no position."""

    question: Question


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


class Withheld(Push, frozen=True, tag="withheld"):
    """Stands in the place of what is not for this reader, so that offsets stay consecutive."""


class AnsweringBy(Struct, frozen=True):
    """A member of staff."""

    viewer: str
    name: str


class Answering(Struct, frozen=True, tag_field="type", tag="question.answering"):
    """For staff: who is writing an answer to the question now. It counts for `for_ms` and is told again before that; `by` empty: nobody."""

    question: str
    by: list[AnsweringBy]
    for_ms: int


class Reconnect(Struct, frozen=True, tag_field="type", tag="reconnect"):
    """This process goes away: join again, elsewhere, after so many milliseconds."""

    after_ms: int


class Gap(Struct, frozen=True, tag_field="type", tag="gap"):
    """This socket was too slow and pushes were left out: join again with the last position."""
