"""The live socket as an AsyncAPI 3 document, made from the types that decode commands and describe lines. Pure.

https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

import re
from typing import Any

import msgspec
from msgspec import Struct

from server.protocol import (
    auction_lines,
    comment_lines,
    giveaway_lines,
    hold_lines,
    lines,
    offer_lines,
    order_lines,
    payment_lines,
    poll_lines,
    post_lines,
    question_lines,
    report_lines,
    sanction_lines,
    shelf_lines,
    survey_lines,
    waitlist_lines,
)
from server.protocol.command_kinds import Command
from server.protocol.pulse_line import Pulse
from server.protocol.pushes import Joined
from server.protocol.spoken import COMMANDS, Spoken

SCHEMAS = "#/components/schemas/"
LIVE = "#/channels/live"
ABOUT = (
    "One WebSocket for each viewer of a show. A text frame holds one or more of these objects, separated by line feeds, in both "
    "directions; a frame towards the server is at most 16 KiB. The first command must be `join`, within 5 s. A command without `id` is "
    "carried out and answered only if it is refused. Journal pushes have consecutive offsets; pulse pushes may be dropped. PROTOCOL.md is "
    "the norm."
)


JOURNAL_PUSHES: tuple[type[Struct], ...] = (
    lines.ShowStarted,
    lines.ShowEnded,
    lines.ShowChanged,
    shelf_lines.LineUpChanged,
    lines.Announced,
    lines.AnnouncementRemoved,
    lines.StaffArrivalsChanged,
    lines.StaffArrivalsDeclined,
    lines.StaffHandOverDeclined,
    question_lines.QuestionPosted,
    question_lines.StaffQuestionPosted,
    question_lines.QuestionSubmitted,
    question_lines.QuestionVoted,
    question_lines.StaffQuestionVoted,
    question_lines.QuestionAnswered,
    question_lines.StaffQuestionAnswered,
    question_lines.QuestionDismissed,
    question_lines.StaffQuestionDismissed,
    question_lines.QuestionRestored,
    question_lines.StaffQuestionRestored,
    question_lines.QuestionChanged,
    question_lines.StaffQuestionChanged,
    question_lines.QuestionErased,
    question_lines.StaffQuestionErased,
    question_lines.QuestionPinned,
    question_lines.StageChanged,
    question_lines.StaffStageChanged,
    comment_lines.CommentPosted,
    comment_lines.StaffCommentPosted,
    comment_lines.CommentChanged,
    comment_lines.StaffCommentChanged,
    comment_lines.CommentRemoved,
    comment_lines.StaffCommentRemoved,
    comment_lines.CommentErased,
    comment_lines.StaffCommentErased,
    comment_lines.CommentsReacted,
    shelf_lines.ProductPinned,
    shelf_lines.ProductChanged,
    shelf_lines.StockChanged,
    shelf_lines.StaffStockChanged,
    shelf_lines.OrdersCounted,
    shelf_lines.SoldOut,
    shelf_lines.BackInStock,
    survey_lines.SurveyOpened,
    survey_lines.SurveyClosed,
    poll_lines.PollOpened,
    poll_lines.StaffPollOpened,
    poll_lines.PollCounted,
    poll_lines.StaffPollCounted,
    poll_lines.PollClosed,
    poll_lines.StaffPollClosed,
    poll_lines.PollHidden,
    giveaway_lines.GiveawayChanged,
    giveaway_lines.GiveawayCounted,
    giveaway_lines.GiveawayHidden,
    post_lines.PostShown,
    post_lines.PostHidden,
    post_lines.PostRemoved,
    post_lines.StaffPostsWaiting,
    offer_lines.OfferOpened,
    offer_lines.StaffOfferOpened,
    offer_lines.OfferClosed,
    offer_lines.OfferStocked,
    offer_lines.StaffOfferStocked,
    auction_lines.AuctionOpened,
    auction_lines.AuctionBid,
    auction_lines.AuctionExtended,
    auction_lines.AuctionClosed,
    sanction_lines.StaffViewerBanned,
    sanction_lines.StaffViewerUnbanned,
    sanction_lines.StaffSanctionChanged,
    report_lines.StaffReportChanged,
    lines.Withheld,
)
OTHER_PUSHES: tuple[type[Struct], ...] = (
    Pulse,
    question_lines.Answering,
    question_lines.QuestionOwn,
    comment_lines.CommentOwn,
    giveaway_lines.GiveawayOwn,
    post_lines.PostOwn,
    sanction_lines.SanctionOwn,
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
