"""What the server says: public shapes shared by snapshot and pushes, as msgspec structs (their JSON Schema makes the pages' types)."""

from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType

from server.protocol.arriving import Arrival, Declined
from server.protocol.auctioned import Auction
from server.protocol.commands import Position
from server.protocol.commented import Comments, CommentsFor, StaffComments
from server.protocol.given_away import Giveaway
from server.protocol.neighbours import HandOver, Joint
from server.protocol.offered import Offer, StaffOffer
from server.protocol.polled import Poll, StaffPoll
from server.protocol.posted import Post
from server.protocol.replayed import Replay
from server.protocol.reported import Reported
from server.protocol.sanctioned import Sanction
from server.protocol.screening_lines import HeldFor
from server.protocol.sold import Product
from server.protocol.staged import StaffStage, Stage

QuestionState = Literal[
    "pending", "shadowed", "open", "answering", "answered", "dismissed", "merged", "withdrawn"
]
UNCOUNTED_QUESTIONS: Final = ("shadowed", "dismissed", "merged", "withdrawn")
"""States in which a question is in no figure; as Python writes it, it is a list of SQL."""
ShowState = Literal["draft", "scheduled", "rehearsal", "live", "ended", "cancelled"]
HIDDEN: Final = frozenset[str]({"draft", "rehearsal"})
"""States of a show that nobody but its channel's staff may see."""
PictureSync = Literal["off", "fixed", "date"]
"""How pins meet the picture: at once; by the show's set delay; or by the picture's own date, where it has one."""
Moderation = Literal["pre", "post"]
SurveyKind = Literal["nps", "choice", "stars", "text"]
SurveyState = Literal["ready", "open", "closed"]


class Video(Struct, frozen=True):
    """Addresses of the show's pictures; empty strings where there is none."""

    hls: str
    mp4: str
    poster: str


class Show(Struct, frozen=True):
    """A show as everybody may see it."""

    id: str
    channel: str
    title: str
    host: str
    state: ShowState
    moderation: Moderation
    starts_at: str | None
    started_at: str | None
    ended_at: str | None
    video: Video
    description: str = ""
    cover: str = ""
    cover_alt: str = ""
    """The address of its picture, and what that shows, for who does not see it; empty: none of its own, nobody said."""
    planned_minutes: int | None = None
    guests_allowed: bool = True
    picture_sync: PictureSync = "off"
    picture_delay_ms: int = 0
    version: int = 1
    """Counts the changes of what was planned and of the state."""
    comments: CommentsFor = "on"
    slow_seconds: int | None = None
    """Seconds between two texts of a viewer, 0: as many as they like; None: as the channel's settings say."""
    hand_over: HandOver | None = None
    replay: Replay | None = None
    """Of an ended show whose recording is open to everybody."""
    joint: Joint | None = None
    """With which other shows it is held as one; None: by itself."""

    @property
    def beside(self) -> str | None:
        """The show that this one is held in, which sells beside it; None for one that people talk in."""
        return None if self.joint is None else self.joint.beside(self.id)


class Answer(Struct, frozen=True, omit_defaults=True):
    """The host's side's answer: by `text`, or `live` in the video; `by` whom, and in which `role` (not known of old answers).

    `private`: its `text` is for those alone who asked or voted, and null for everybody else. `show_ms`: where in the show an answer by
    voice begins, in milliseconds since the start.
    """

    text: str | None
    live: bool
    at: str
    by: str | None = None
    role: str | None = None
    private: bool = False
    show_ms: int | None = None


class Question(Struct, frozen=True, omit_defaults=True):
    """A question as everybody may see it.

    `role` is the author's, there unless it is `viewer`. `guest` is the number of an author who chose no name; `author` then is `Guest` and
    that number, which pages write in their reader's language. `anonymous`: its author wishes no name; `author` then is `Anonymous`, for
    staff with the pseudonym that they have in the channel. `product` is what it is about. `merged_into`, of one that is merged: which
    question stands for it. `comment`: what a moderator made it of. `replay_ms`: asked at the replay, at that place of the show.
    """

    id: str
    text: str
    author: str
    state: QuestionState
    votes: int
    version: int
    asked_at: str
    answer: Answer | None
    role: str | None = None
    guest: int | None = None
    product: str | None = None
    anonymous: bool = False
    merged_into: str | None = None
    comment: str | None = None
    replay_ms: int | None = None


class OwnQuestion(Question, frozen=True, kw_only=True):
    """A question as its author sees it, with the reason of a dismissal."""

    dismissed_reason: str | None = None


class Claimed(Struct, frozen=True):
    """Who of the staff works on a question: nobody any more once `until` has passed."""

    viewer: str
    name: str
    until: str


class StaffQuestion(Question, frozen=True, kw_only=True):
    """A question as staff see it; `before` is the state that `question.undo` leads to, `merged` how many are merged into it.

    `held` says why it was held or shadowed, where the show's moderation alone does not.
    """

    claim: Claimed | None = None
    before: QuestionState | None = None
    labels: list[str] = []
    merged: int = 0
    held: list[HeldFor] = []
    dismissed_reason: str | None
    moderated_by: str | None
    votes_apart: int
    """Votes of guests who had not watched or came in a burst; in no `votes`."""


class Sales(Struct, frozen=True):
    """Totals of a show: paid orders, units, and minor units per currency."""

    orders: int
    units: int
    amount: dict[str, int]


class Banned(Struct, frozen=True):
    """A viewer who may not enter the show: the `name` that they asked under, if they did, since when, `by` whom, and `until` when."""

    viewer: str
    name: str | None
    at: str
    by: str
    until: str | UnsetType = UNSET
    """Not there where the ban has no end."""


class Announcement(Struct, frozen=True, omit_defaults=True):
    """What was announced last: `by` which role, under which `name`, at which `offset` of the journal (neither known of old ones)."""

    text: str
    by: str
    at: str
    name: str | None = None
    offset: int = 0


class Survey(Struct, frozen=True, omit_defaults=True):
    """A question that is put to everybody: a score from 0 to 10 (`nps`), one of `choices`, `stars` from 1 to 5, or a `text`.

    `why`: a score may be given a reason. `product`: the stars are about it. `closes_at`: until when it is answered after the show's end.
    """

    id: str
    kind: SurveyKind
    question: str
    opened_at: str
    choices: list[str] | UnsetType = UNSET
    why: bool = False
    product: str | None = None
    closes_at: str | None = None


class Snapshot(Struct, frozen=True):
    """A show's full public state; true at the position that travels beside it."""

    show: Show
    products: list[Product]
    pinned_product: str | None
    pinned_question: str | None
    announcement: Announcement | None
    questions: list[Question]
    older_questions: list[Question] | UnsetType = UNSET
    """Visible ones that `questions` leaves out: pinned, on a stage, and the most wanted. Not there when all are in `questions`."""
    order_taker: Literal["shop"] | UnsetType = UNSET
    """`shop`: the channel's own shop takes the orders, and `buy` is refused. Not there where Showfloor does."""
    survey: Survey | UnsetType = UNSET
    """The survey that is open; not there when none is."""
    offers: list[Offer] | UnsetType = UNSET
    """The offers that are open, by id; not there when none is."""
    auctions: list[Auction] | UnsetType = UNSET
    """The auctions that run, by id; not there when none does."""
    comments: Comments | UnsetType = UNSET
    poll: Poll | UnsetType = UNSET
    """The poll that is open, or whose result is shown; not there when there is none."""
    giveaway: Giveaway | UnsetType = UNSET
    """The giveaway that is shown; not there when there is none."""
    stages: list[Stage] | UnsetType = UNSET
    """Which host has which question before them; not there when nobody has one."""
    post: Post | UnsetType = UNSET
    """The viewer's own post that the host shows; not there when there is none."""


class StaffSnapshot(Struct, frozen=True):
    """The same for staff: all questions, and the sales so far."""

    show: Show
    products: list[Product]
    pinned_product: str | None
    pinned_question: str | None
    announcement: Announcement | None
    questions: list[StaffQuestion]
    sales: Sales
    banned: list[Banned]
    older_questions: list[Question] | UnsetType = UNSET
    survey: Survey | UnsetType = UNSET
    offers: list[StaffOffer] | UnsetType = UNSET
    auctions: list[Auction] | UnsetType = UNSET
    comments: StaffComments | UnsetType = UNSET
    poll: StaffPoll | UnsetType = UNSET
    sanctions: list[Sanction] | UnsetType = UNSET
    """The newest 200 that were not lifted, ended ones among them; not there when there is none."""
    reported: list[Reported] | UnsetType = UNSET
    """What viewers have reported and nobody has settled, the newest 200 items; not there when there is none."""
    giveaway: Giveaway | UnsetType = UNSET
    stages: list[StaffStage] | UnsetType = UNSET
    post: Post | UnsetType = UNSET
    posts_waiting: int = 0
    """So many of the posts that were sent in this show wait for a moderator."""
    arrivals: list[Arrival] | UnsetType = UNSET
    declined: list[Declined] | UnsetType = UNSET
    """Audiences that are handed over to the show, until that was read, and shows whose audience is not taken; not there when none is."""


class QuestionVotes(Struct, frozen=True):
    """The newest count of one question's votes."""

    question: str
    votes: int


class StaffQuestionVotes(QuestionVotes, frozen=True):
    """The same for staff, with the votes that count apart."""

    votes_apart: int


class ProductStock(Struct, frozen=True):
    """The units left of one product."""

    product: str
    stock: int


class Joined(Struct, frozen=True, tag_field="type", tag="joined", omit_defaults=True, kw_only=True):
    """The answer to `join`. The snapshot's bytes are put in behind the rest, since they are shared.

    `name_refused`: the name that was wished for, or was in the token, is reserved for staff in this show; `name` and `guest` then say what
    the viewer is called instead.
    """

    id: int | UnsetType = UNSET
    viewer: str
    role: str
    expires_at: str
    recovered: bool
    position: Position
    token: str | None = None
    name_refused: bool = False
    name: str | None = None
    guest: int | None = None
    snapshot: Snapshot | StaffSnapshot | None = None
