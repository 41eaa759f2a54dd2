"""The commands that may travel from viewer to server, as msgspec structs; one type per command, no I/O.

Lengths and ranges are checked while decoding. Text is refused when it holds NUL (PostgreSQL cannot store it). What people write has its
limit in the form in which it is kept (`server.text`); here it may be four times as long, as decomposed text can be.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from server.protocol.auction_commands import AuctionCancel, AuctionStart, PlaceBid
from server.protocol.command_kinds import (
    END,
    Command,
    EntityId,
    Key,
    Keyed,
    Offset,
    Passing,
    PayMethod,
    Price,
    Quantity,
    Text500,
    Text1000,
)
from server.protocol.comment_commands import CommentCommand
from server.protocol.giveaway_commands import GiveawayCommand
from server.protocol.poll_commands import PollCommand
from server.protocol.post_commands import PostCommand
from server.protocol.question_commands import Ask, QuestionCommand, Vote
from server.protocol.report_commands import Report, ReportSettle
from server.protocol.sanction_commands import (
    AppealAnswer,
    SanctionLift,
    ViewerBan,
    ViewerSanction,
    ViewerUnban,
)
from server.protocol.show_commands import ArrivalDecline, ArrivalSettle, ShowHandOver, ShowModerate
from server.protocol.waitlist_commands import WaitlistJoin, WaitlistLeave

ReactionKind = Literal["heart", "clap", "fire", "laugh", "wow"]


class Position(Struct, frozen=True, gc=False):
    """A place in a show's journal; `epoch` changes only if the journal itself was restored."""

    epoch: Annotated[str, Meta(max_length=40)]
    offset: Offset


class Join(Passing, tag="join"):
    show: EntityId
    token: Annotated[str, Meta(max_length=2000)] | None = None
    position: Position | None = None
    name: Annotated[str, Meta(max_length=4 * 40)] | None = None
    remember: bool | None = None
    wording: EntityId | None = None
    """Of `remember: true`: the version of the words that the person agreed to."""
    source: Annotated[str, Meta(max_length=64)] | None = None
    share: EntityId | None = None
    own_share: bool = False
    """This device has made the link that `share` is of."""
    pulse_only: bool = False
    guest: Annotated[str, Meta(max_length=2000)] | None = None
    """With a shop's own token: the token that the same person had as a guest."""
    device: Annotated[str, Meta(max_length=32, pattern=r"^[A-Za-z0-9_-]+$")] | None = None
    """What the page calls the device, by chance, for a day: it tells who is banned and comes back."""


class React(Passing, tag="react"):
    kind: ReactionKind
    n: Annotated[int, Meta(ge=1, le=50)] = 1


class Announce(Keyed, tag="announce"):
    text: Text500


class AnnounceRemove(Keyed, tag="announce.remove"):
    announcement: Offset | None = None


class Click(Passing, tag="click"):
    product: EntityId


class Impression(Passing, tag="impression"):
    products: Annotated[list[EntityId], Meta(min_length=1, max_length=20)]


class Share(Keyed, tag="share"):
    via: Annotated[str, Meta(max_length=32, pattern=r"^[a-z0-9_]+" + END)] = "copy"


class Playing(Passing, tag="playing"):
    playing: bool = True


class Buy(Command, tag="buy"):
    product: EntityId
    quantity: Quantity
    key: Key
    price: Price | None = None
    offer: EntityId | None = None


class LineToHold(Struct, gc=False):
    """So many units of a product, or variant; `price` is what the viewer saw."""

    product: EntityId
    quantity: Quantity
    price: Price | None = None
    offer: EntityId | None = None


class PlaceHold(Command, tag="hold"):
    lines: Annotated[list[LineToHold], Meta(min_length=1, max_length=20)]
    key: Key


class HoldExchange(Command, tag="hold.exchange"):
    """These lines in the place of one's own hold, under the time that it has."""

    hold: EntityId
    lines: Annotated[list[LineToHold], Meta(min_length=1, max_length=20)]
    key: Key


class HoldRelease(Keyed, tag="hold.release"):
    hold: EntityId


class Pay(Command, tag="pay"):
    """Begin to pay for a hold; `method` in the provider's words."""

    hold: EntityId
    key: Key
    method: PayMethod = ""


class PayCancel(Passing, tag="pay.cancel"):
    """End a payment that is open; once it has ended, the same again changes nothing."""

    payment: EntityId


class Ping(Passing, tag="ping"):
    pass


class ProductPin(Keyed, tag="product.pin"):
    product: EntityId


class ProductUnpin(Keyed, tag="product.unpin"):
    product: EntityId | None = None


class ProductRestock(Keyed, tag="product.restock"):
    product: EntityId
    add: Annotated[int, Meta(ge=-100_000, le=100_000)]


class SurveyAnswer(Keyed, tag="survey.answer"):
    """`score` of a score or stars, `choice` from 0, `text` of a text or of a reason."""

    survey: EntityId
    score: Annotated[int, Meta(ge=0, le=10)] | None = None
    choice: Annotated[int, Meta(ge=0, le=9)] | None = None
    text: Text1000 | None = None


class SurveyShown(Passing, tag="survey.shown"):
    survey: EntityId


class SurveyOpen(Keyed, tag="survey.open"):
    survey: EntityId


class SurveyClose(Keyed, tag="survey.close"):
    survey: EntityId


class OfferSee(Passing, tag="offer.see"):
    """`code`: of an offer to the holders of one, given once."""

    offer: EntityId
    code: Annotated[str, Meta(min_length=1, max_length=4 * 40)] | None = None


class OfferOpen(Keyed, tag="offer.open"):
    offer: EntityId


class OfferClose(Keyed, tag="offer.close"):
    offer: EntityId


class ShowStart(Keyed, tag="show.start"):
    pass


class ShowEnd(Keyed, tag="show.end"):
    pass


AnyCommand = (
    Join
    | React
    | Ask
    | Vote
    | Announce
    | AnnounceRemove
    | Click
    | Impression
    | Share
    | Playing
    | Buy
    | PlaceHold
    | HoldExchange
    | HoldRelease
    | WaitlistJoin
    | WaitlistLeave
    | Pay
    | PayCancel
    | Ping
    | QuestionCommand
    | ProductPin
    | ProductUnpin
    | ProductRestock
    | ViewerBan
    | ViewerUnban
    | ViewerSanction
    | SanctionLift
    | AppealAnswer
    | Report
    | ReportSettle
    | SurveyAnswer
    | SurveyShown
    | SurveyOpen
    | SurveyClose
    | PollCommand
    | OfferSee
    | OfferOpen
    | OfferClose
    | PlaceBid
    | AuctionStart
    | AuctionCancel
    | ShowStart
    | ShowEnd
    | CommentCommand
    | ShowModerate
    | GiveawayCommand
    | PostCommand
    | ShowHandOver
    | ArrivalSettle
    | ArrivalDecline
)
