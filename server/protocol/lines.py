"""Every line that the server may write on the live socket, as msgspec structs.

They describe: the rooms write lines from parts, since many share their bytes. A test holds recorded and live lines against these shapes.
Where staff read more than viewers, there is a second struct of the same type.
"""

from msgspec import Struct

from server.protocol.arriving import Arrival, Declined
from server.protocol.codes import Code, Verdict
from server.protocol.command_kinds import CommandId
from server.protocol.neighbours import HandOver
from server.protocol.pushes import (
    Moderation,
    QuestionState,
    Show,
    ShowState,
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


class ShowTakes(Reply, frozen=True, tag="ok"):
    """How the show takes what viewers write, also when it was so before; `version` is the show's."""

    moderation: Moderation
    slow_seconds: int | None
    version: int


class ShowHandedOver(Reply, frozen=True, tag="ok"):
    """To which show, null for none, also when it was so before; `version` is the show's."""

    hand_over: HandOver | None
    version: int


class ArrivalDeclined(Reply, frozen=True, tag="ok"):
    """Whether the audience of that show is not taken."""

    show: str
    declined: bool


class ArrivalSettled(Reply, frozen=True, tag="ok"):
    """From which show the audience comes, also when that was read before."""

    show: str


class Pong(Struct, frozen=True, kw_only=True, tag_field="type", tag="pong", omit_defaults=True):
    """The server's time."""

    at: str
    id: CommandId | None = None


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


class StaffArrivalsChanged(Push, frozen=True, tag="arrivals.changed"):
    """Which audiences are handed over to this show now, whole."""

    arrivals: list[Arrival]


class StaffArrivalsDeclined(Push, frozen=True, tag="arrivals.declined"):
    """The shows whose audience is not taken, whole."""

    declined: list[Declined]


class StaffHandOverDeclined(Push, frozen=True, tag="hand_over.declined"):
    """The staff of the show there do not take this one's audience; that it is handed over no more is told by itself."""

    hand_over: HandOver


class Withheld(Push, frozen=True, tag="withheld"):
    """Stands in the place of what is not for this reader, so that offsets stay consecutive."""


class Reconnect(Struct, frozen=True, tag_field="type", tag="reconnect"):
    """This process goes away: join again, elsewhere, after so many milliseconds."""

    after_ms: int


class Gap(Struct, frozen=True, tag_field="type", tag="gap"):
    """This socket was too slow and pushes were left out: join again with the last position."""
