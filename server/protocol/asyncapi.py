"""The live socket as an AsyncAPI 3 document, made from the types that decode commands and describe lines. Pure.

https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from msgspec import Struct

from server.protocol import (
    auction_commands,
    auction_lines,
    hold_lines,
    lines,
    offer_lines,
    order_lines,
    payment_lines,
    shelf_lines,
    survey_lines,
    waitlist_commands,
    waitlist_lines,
)
from server.protocol import commands as said
from server.protocol.command_kinds import Command
from server.protocol.pushes import Joined, Pulse
from server.protocol.schema import JoinedAsStaff, JoinedAsViewer

Who = Literal["all", "staff", "host, admin"]
SCHEMAS = "#/components/schemas/"
LIVE = "#/channels/live"
ABOUT = (
    "One WebSocket for each viewer of a show. A text frame holds one or more of these objects, separated by line feeds, in both "
    "directions; a frame towards the server is at most 16 KiB. The first command must be `join`, within 5 s. A command without `id` is "
    "carried out and answered only if it is refused. Journal pushes have consecutive offsets; pulse pushes may be dropped. PROTOCOL.md is "
    "the norm."
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command, who may send it, how it is answered when it has an `id`, and what it does."""

    command: type[Command]
    who: Who
    replies: tuple[type[Struct], ...]
    does: str


COMMANDS = (
    Spoken(
        said.Join,
        "all",
        (JoinedAsViewer, JoinedAsStaff),
        "Enter a show, or come back to it with the last position.",
    ),
    Spoken(said.React, "all", (lines.Reply,), "Add up to 50 taps of one kind to the show's reactions."),
    Spoken(said.Ask, "all", (lines.Asked,), "Ask the host a question."),
    Spoken(said.Vote, "all", (lines.Voted,), "Vote for a question; a second vote changes nothing."),
    Spoken(said.Click, "all", (lines.Reply,), "Say that a product was opened."),
    Spoken(said.Impression, "all", (lines.Reply,), "Say which product cards were really seen."),
    Spoken(said.Share, "all", (lines.Shared,), "Share the show; the id belongs into the link."),
    Spoken(said.Playing, "all", (lines.Reply,), "Say whether the video plays and the page is visible."),
    Spoken(
        said.Buy, "all", (lines.Bought,), "Buy. The same key gets the same order again, whatever happened."
    ),
    Spoken(
        said.PlaceHold,
        "all",
        (hold_lines.HoldPlaced,),
        "Set units aside, all lines or none. The same key gets the same hold again, with the time that it had.",
    ),
    Spoken(
        said.Pay,
        "all",
        (payment_lines.Paying,),
        "Begin to pay for a hold. The same key gets the same payment again, as it stands.",
    ),
    Spoken(
        said.PayCancel, "all", (payment_lines.Paying,), "End a payment that is open; a paid one stays paid."
    ),
    Spoken(said.HoldRelease, "all", (hold_lines.HoldReleased,), "Give the units of a hold back."),
    Spoken(
        waitlist_commands.WaitlistJoin,
        "all",
        (waitlist_lines.InLine,),
        "Wait in line for what is sold out. The same key gets the same place again, as it stands.",
    ),
    Spoken(
        waitlist_commands.WaitlistLeave,
        "all",
        (waitlist_lines.InLine,),
        "Leave the line, giving back what was offered.",
    ),
    Spoken(
        said.SurveyAnswer,
        "all",
        (survey_lines.SurveyAnswered,),
        "Answer the survey; another answer takes the place of the first until it closes.",
    ),
    Spoken(said.SurveyShown, "all", (lines.Reply,), "Say that the survey's card was shown."),
    Spoken(
        said.OfferSee,
        "all",
        (offer_lines.OfferSeen,),
        "Ask what an offer is to this viewer; that they were shown it is recorded.",
    ),
    Spoken(
        auction_commands.PlaceBid,
        "all",
        (auction_lines.BidTaken,),
        "Bid in an auction: the server raises for the bidder up to `max`. The same key gets the first answer again.",
    ),
    Spoken(said.Ping, "all", (lines.Pong,), "Ask for a sign of life; answered without `id` too."),
    Spoken(said.Announce, "staff", (lines.Published,), "Say something to everybody."),
    Spoken(
        said.AnnounceRemove,
        "staff",
        (lines.Published,),
        "Take the announcement down; without its offset, whichever it is.",
    ),
    Spoken(said.QuestionApprove, "staff", (lines.Moderated,), "Let a pending question be seen."),
    Spoken(
        said.QuestionAnswer,
        "staff",
        (lines.Moderated,),
        "Answer by `text`, or say that it was answered live.",
    ),
    Spoken(said.QuestionAnswering, "staff", (lines.Reply,), "Tell the other staff that one is answering."),
    Spoken(said.QuestionDismiss, "staff", (lines.Moderated,), "Take a question away, for a reason."),
    Spoken(
        said.QuestionRestore, "staff", (lines.Moderated,), "Open an answered or dismissed question again."
    ),
    Spoken(said.QuestionPin, "staff", (lines.Moderated,), "Show one question above the others."),
    Spoken(said.QuestionUnpin, "staff", (lines.Moderated,), "Pin no question; without one, whichever it is."),
    Spoken(said.ProductPin, "staff", (lines.Published,), "Show one product above the others."),
    Spoken(said.ProductUnpin, "staff", (lines.Published,), "Pin no product; without one, whichever it is."),
    Spoken(said.ProductRestock, "staff", (lines.Restocked,), "Add to a product's units, or take some away."),
    Spoken(
        said.ViewerBan,
        "staff",
        (lines.Barred,),
        "Ban a viewer from the show, by their id or by a question of theirs.",
    ),
    Spoken(said.ViewerUnban, "staff", (lines.Barred,), "Let a banned viewer in again."),
    Spoken(said.SurveyOpen, "staff", (survey_lines.SurveyMoved,), "Put a survey to everybody."),
    Spoken(said.SurveyClose, "staff", (survey_lines.SurveyMoved,), "Take no more answers to a survey."),
    Spoken(said.OfferOpen, "staff", (offer_lines.OfferMoved,), "Open an offer that was prepared."),
    Spoken(said.OfferClose, "staff", (offer_lines.OfferMoved,), "Sell nothing more under an offer."),
    Spoken(
        auction_commands.AuctionStart,
        "host, admin",
        (auction_lines.AuctionMoved,),
        "Start an auction that was prepared: its lot is set aside.",
    ),
    Spoken(
        auction_commands.AuctionCancel,
        "host, admin",
        (auction_lines.AuctionMoved,),
        "End an auction without a winner.",
    ),
    Spoken(said.ShowStart, "host, admin", (lines.ShowMoved,), "Begin the show."),
    Spoken(said.ShowEnd, "host, admin", (lines.ShowMoved,), "End the show; it does not start again."),
)

JOURNAL_PUSHES: tuple[type[Struct], ...] = (
    lines.ShowStarted,
    lines.ShowEnded,
    lines.ShowChanged,
    shelf_lines.LineUpChanged,
    lines.Announced,
    lines.AnnouncementRemoved,
    lines.QuestionPosted,
    lines.StaffQuestionPosted,
    lines.QuestionSubmitted,
    lines.QuestionVoted,
    lines.StaffQuestionVoted,
    lines.QuestionAnswered,
    lines.StaffQuestionAnswered,
    lines.QuestionDismissed,
    lines.StaffQuestionDismissed,
    lines.QuestionRestored,
    lines.StaffQuestionRestored,
    lines.QuestionErased,
    lines.StaffQuestionErased,
    lines.QuestionPinned,
    shelf_lines.ProductPinned,
    shelf_lines.ProductChanged,
    shelf_lines.StockChanged,
    shelf_lines.StaffStockChanged,
    survey_lines.SurveyOpened,
    survey_lines.SurveyClosed,
    offer_lines.OfferOpened,
    offer_lines.StaffOfferOpened,
    offer_lines.OfferClosed,
    offer_lines.OfferStocked,
    offer_lines.StaffOfferStocked,
    auction_lines.AuctionOpened,
    auction_lines.AuctionBid,
    auction_lines.AuctionExtended,
    auction_lines.AuctionClosed,
    lines.StaffViewerBanned,
    lines.StaffViewerUnbanned,
    lines.Withheld,
)
OTHER_PUSHES: tuple[type[Struct], ...] = (
    Pulse,
    lines.Answering,
    hold_lines.HoldChanged,
    waitlist_lines.PlaceChanged,
    payment_lines.PaymentChanged,
    order_lines.OrderChanged,
    lines.Reconnect,
    lines.Gap,
)

Json = dict[str, Any]


def asyncapi(*, host: str, secure: bool) -> Json:
    """Return the document for a server that is reached at `host` (with its port), by TLS if `secure`."""
    replies = sorted({r for spoken in COMMANDS for r in spoken.replies}, key=lambda r: r.__name__)
    structs: list[type[Struct]] = [
        *(spoken.command for spoken in COMMANDS),
        *replies,
        lines.Error,
        *JOURNAL_PUSHES,
        *OTHER_PUSHES,
    ]
    _, schemas = msgspec.json.schema_components(structs, ref_template=SCHEMAS + "{name}")
    does: dict[type[Struct], str] = {
        spoken.command: f"{spoken.does} For {spoken.who}." for spoken in COMMANDS
    }
    messages = {name_of(s): _message(s, does.get(s)) for s in structs}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Showfloor, the live socket", "version": "1", "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {"here": {"host": host, "protocol": "wss" if secure else "ws"}},
        "channels": {"live": _channel(messages)},
        "operations": _operations(),
        "components": {"messages": messages, "schemas": dict(sorted(schemas.items()))},
    }


def name_of(struct: type[Struct]) -> str:
    """Return a message's name: the type on the wire for commands, else the struct's, as in `ask` and `QuestionPosted`."""
    return wire_type(struct) if issubclass(struct, Command) else struct.__name__


def wire_type(struct: type[Struct]) -> str:
    """Return what stands in `type` on the wire."""
    return str(struct.__struct_config__.tag)


def _message(struct: type[Struct], does: str | None) -> Json:
    first = (struct.__doc__ or "").strip().partition("\n")[0]
    reads = " As staff read it." if "Staff" in struct.__name__ else ""
    if issubclass(struct, Joined):
        first = "Who the viewer is, and the show's state at `position`; no `snapshot` when it was recovered."
    return {
        "name": wire_type(struct),
        "title": wire_type(struct),
        "summary": does or first + reads,
        "payload": {"$ref": SCHEMAS + struct.__name__},
    }


def _channel(messages: Json) -> Json:
    return {
        "address": "/v1/live",
        "title": "The live socket",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
    }


def _operations() -> Json:
    operations = {_operation_name(spoken): _receive(spoken) for spoken in COMMANDS}
    operations["journal"] = _send("What happened, in order; never skipped silently.", JOURNAL_PUSHES)
    operations["pulse"] = _send("How the show feels, and what concerns this socket alone.", OTHER_PUSHES)
    return operations


def _operation_name(spoken: Spoken) -> str:
    return re.sub(r"\W(\w)", lambda match: match[1].upper(), name_of(spoken.command))


def _receive(spoken: Spoken) -> Json:
    return {
        "action": "receive",
        "channel": {"$ref": LIVE},
        "summary": spoken.does,
        "tags": [{"name": spoken.who}],
        "messages": _refs((spoken.command,)),
        "reply": {"channel": {"$ref": LIVE}, "messages": _refs((*spoken.replies, lines.Error))},
    }


def _send(summary: str, structs: tuple[type[Struct], ...]) -> Json:
    return {"action": "send", "channel": {"$ref": LIVE}, "summary": summary, "messages": _refs(structs)}


def _refs(structs: tuple[type[Struct], ...]) -> list[Json]:
    return [{"$ref": f"{LIVE}/messages/{name_of(s)}"} for s in structs]
