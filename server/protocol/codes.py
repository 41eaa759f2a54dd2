"""Every error code of the product, once: its verdict for the client, its HTTP status, and what it means.

`PROTOCOL.md` shows this table; `python -m server.protocol.codes` prints it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Verdict = Literal["never", "later", "reload", "stop"]


class Code(StrEnum):
    """An error code as it stands on the wire."""

    BAD_JSON = "bad_json"
    TOO_DEEP = "too_deep"
    UNKNOWN_TYPE = "unknown_type"
    INVALID = "invalid"
    TEXT_REFUSED = "text_refused"
    TOO_LARGE = "too_large"
    TOO_FAST = "too_fast"
    JOIN_FIRST = "join_first"
    UNAUTHENTICATED = "unauthenticated"
    TOKEN_EXPIRED = "token_expired"
    TOKEN_REVOKED = "token_revoked"
    FORBIDDEN = "forbidden"
    BANNED = "banned"
    MUTED = "muted"
    GUESTS_REFUSED = "guests_refused"
    NOT_FOUND = "not_found"
    SHOW_NOT_LIVE = "show_not_live"
    NO_REPLAY = "no_replay"
    HELD_ELSEWHERE = "held_elsewhere"
    NOT_WELCOME = "not_welcome"
    COMMENTS_CLOSED = "comments_closed"
    SURVEY_CLOSED = "survey_closed"
    POLL_CLOSED = "poll_closed"
    ALREADY_VOTED = "already_voted"
    GIVEAWAY_CLOSED = "giveaway_closed"
    TASK_OPEN = "task_open"
    CLAIM_OVER = "claim_over"
    OFFER_CLOSED = "offer_closed"
    VOUCHER_REFUSED = "voucher_refused"
    AUCTION_CLOSED = "auction_closed"
    OUTBID = "outbid"
    ALREADY_LEADING = "already_leading"
    BIDDING_BLOCKED = "bidding_blocked"
    NOT_IN_AUDIENCE = "not_in_audience"
    SHOW_FULL = "show_full"
    BUSY = "busy"
    CONFLICT = "conflict"
    TAKEN = "taken"
    LAST_ADMIN = "last_admin"
    EMAIL_TAKEN = "email_taken"
    SHOP_TAKES_ORDERS = "shop_takes_orders"
    CHECKOUT_NEEDED = "checkout_needed"
    BUYING_MIXED = "buying_mixed"
    SOLD_OUT = "sold_out"
    WAITLIST_CLOSED = "waitlist_closed"
    TOO_MANY = "too_many"
    TOO_MUCH = "too_much"
    NOT_REFUNDABLE = "not_refundable"
    PRICE_CHANGED = "price_changed"
    KEY_REUSED = "key_reused"
    HOLD_ENDED = "hold_ended"
    PAYMENT_DECLINED = "payment_declined"
    NO_PROVIDER = "no_provider"
    PICTURE_UNREADABLE = "picture_unreadable"
    PICTURE_TOO_LARGE = "picture_too_large"
    CONSENT_NEEDED = "consent_needed"
    FEED_UNREADABLE = "feed_unreadable"
    UNAVAILABLE = "unavailable"
    OUTCOME_UNKNOWN = "outcome_unknown"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means: the client's verdict, the HTTP status of the same refusal, one sentence."""

    verdict: Verdict
    status: int
    text: str


MEANINGS: dict[Code, Meaning] = {
    Code.BAD_JSON: Meaning("never", 400, "The line is not a JSON object in UTF-8."),
    Code.TOO_DEEP: Meaning("never", 400, "The JSON is nested too deeply."),
    Code.UNKNOWN_TYPE: Meaning("never", 400, "No command has this type."),
    Code.INVALID: Meaning("never", 422, "A field is missing, of the wrong type, too long, or out of range."),
    Code.TEXT_REFUSED: Meaning(
        "never",
        422,
        "The channel does not take this text; `why` is `word` (with the `word`), `link` or `text`.",
    ),
    Code.TOO_LARGE: Meaning(
        "never", 413, "More than 16 KiB or 64 lines in one frame, or more than 16 KiB in one command by HTTP."
    ),
    Code.TOO_FAST: Meaning("later", 429, "Over the rate limit; `retry_after_ms` says when to try again."),
    Code.JOIN_FIRST: Meaning("never", 409, "The first command must be `join`."),
    Code.UNAUTHENTICATED: Meaning("stop", 401, "The token is missing, not ours, or of another kind."),
    Code.TOKEN_EXPIRED: Meaning("stop", 401, "The token has ended; sign in again, or join as a new guest."),
    Code.TOKEN_REVOKED: Meaning(
        "stop",
        401,
        "The token was ended by a sign-out, or the API key revoked; sign in again, or join as a new guest.",
    ),
    Code.FORBIDDEN: Meaning("never", 403, "The role, or the channel of the token, does not allow this."),
    Code.BANNED: Meaning("stop", 403, "The host's side has banned this viewer from the show."),
    Code.MUTED: Meaning(
        "never",
        403,
        "The host's side does not let this viewer write now; `until` says how long, and is null where that is for the rest of the show.",
    ),
    Code.GUESTS_REFUSED: Meaning("stop", 403, "This show is for signed-in viewers."),
    Code.NOT_FOUND: Meaning(
        "never",
        404,
        "There is no such show, product, offer, auction, question, comment, survey, poll, giveaway, post, hold or order here.",
    ),
    Code.SHOW_NOT_LIVE: Meaning("never", 409, "The show has not started or has ended."),
    Code.NO_REPLAY: Meaning(
        "never", 409, "The show has not ended, or nothing that was recorded of it is open to viewers."
    ),
    Code.HELD_ELSEWHERE: Meaning(
        "never",
        409,
        "The show is held in another one, `show`: people talk there, and it starts and ends with it.",
    ),
    Code.NOT_WELCOME: Meaning(
        "never",
        403,
        "The channel of that show takes no audience from this one's; nothing else is said of why.",
    ),
    Code.COMMENTS_CLOSED: Meaning(
        "never",
        409,
        "The show takes no comments; `why` is `off`, or `known` where signed-in viewers alone may write them.",
    ),
    Code.SURVEY_CLOSED: Meaning("never", 409, "The survey takes no answers now."),
    Code.POLL_CLOSED: Meaning("never", 409, "The poll takes no votes any more, and does not open again."),
    Code.ALREADY_VOTED: Meaning(
        "never", 409, "A vote in this poll stays as it is; `choices` is what was voted first."
    ),
    Code.GIVEAWAY_CLOSED: Meaning("never", 409, "The giveaway takes no entries any more."),
    Code.TASK_OPEN: Meaning(
        "never", 409, "Whoever enters the giveaway does something in the show first; `task` says what."
    ),
    Code.CLAIM_OVER: Meaning("never", 409, "The prize was not claimed in time, and went to the next one."),
    Code.OFFER_CLOSED: Meaning("reload", 409, "Nothing is sold under the offer any more, or not yet."),
    Code.AUCTION_CLOSED: Meaning("reload", 409, "The auction takes no bids any more."),
    Code.OUTBID: Meaning(
        "never",
        409,
        "The bid is too low to count; `price` is the price now, `least` the least bid that counts.",
    ),
    Code.ALREADY_LEADING: Meaning(
        "never", 409, "The bidder leads already and goes as far as `max`; only a higher most counts."
    ),
    Code.BIDDING_BLOCKED: Meaning(
        "never",
        403,
        "An auction of this channel was won and not paid for: no bids until `until`, unless the host's side lifts it.",
    ),
    Code.NOT_IN_AUDIENCE: Meaning(
        "never", 403, "The offer is not open to this viewer, or its code is another one."
    ),
    Code.VOUCHER_REFUSED: Meaning(
        "never",
        409,
        "The voucher does not hold for this purchase; `why` says which of its terms is to blame, `unknown` that there is no such code.",
    ),
    Code.SHOW_FULL: Meaning("later", 503, "The show has reached its limit of viewers."),
    Code.BUSY: Meaning("later", 503, "Too many commands are waiting; nothing was done."),
    Code.CONFLICT: Meaning(
        "reload",
        409,
        "Somebody changed it meanwhile; `current` is how it stands. 412 where `If-Match` asked.",
    ),
    Code.TAKEN: Meaning(
        "never", 409, "Another one of the channel has this SKU, external id or name already."
    ),
    Code.LAST_ADMIN: Meaning(
        "never", 409, "The channel's last admin stays; make somebody else an admin first."
    ),
    Code.EMAIL_TAKEN: Meaning("never", 409, "Somebody of this channel has this e-mail address."),
    Code.SHOP_TAKES_ORDERS: Meaning(
        "reload", 409, "The channel's own shop takes the orders: ask for the address of its cart."
    ),
    Code.CHECKOUT_NEEDED: Meaning(
        "reload", 409, "The product is not bought in one step: hold it, fill in the checkout, and pay."
    ),
    Code.BUYING_MIXED: Meaning(
        "never",
        409,
        "What goes to whoever pays first (`product`) is bought by itself: not at once with what is set aside until it is paid.",
    ),
    Code.SOLD_OUT: Meaning(
        "never",
        409,
        "Not enough units are left; `stock` says how many. `waiting`: so many viewers are in line, and whatever comes back is theirs.",
    ),
    Code.WAITLIST_CLOSED: Meaning(
        "never",
        409,
        "Nobody may join the line of this product: the host's side lets nobody, or units are free that go to whoever pays first.",
    ),
    Code.TOO_MANY: Meaning(
        "never",
        409,
        "More units than one viewer may buy and hold of this product in this show; `limit` says how many, `left` how many more. "
        "`guest`: without a name one may hold one unit, or as many as were paid for here before. `payer`: one payer, by e-mail or address. "
        "`begun`: so many purchases of what goes to who pays first may be under way at once, of whatever products.",
    ),
    Code.TOO_MUCH: Meaning(
        "reload",
        409,
        "More than is left of the order to give back; `left` says how much money, `units_left` how many units of each line.",
    ),
    Code.NOT_REFUNDABLE: Meaning(
        "never",
        409,
        "The order is not refunded here: the channel's own shop took it (`why` is `reported`), or it came with a history (`imported`).",
    ),
    Code.PRICE_CHANGED: Meaning(
        "reload", 409, "The price is no longer the one sent; `price` is the new one."
    ),
    Code.KEY_REUSED: Meaning("never", 422, "This idempotency key was used with other parameters."),
    Code.HOLD_ENDED: Meaning(
        "never",
        409,
        "The hold is over, or is being paid; `state` says how it stands, `paying` whether it is.",
    ),
    Code.PAYMENT_DECLINED: Meaning("never", 402, "The payment was declined; nothing was sold."),
    Code.NO_PROVIDER: Meaning(
        "never", 409, "Nothing takes payments in this channel: it has no keys of a provider."
    ),
    Code.PICTURE_UNREADABLE: Meaning(
        "never", 422, "The bytes are no JPEG, PNG, WebP or AVIF picture, or a broken one."
    ),
    Code.PICTURE_TOO_LARGE: Meaning(
        "never",
        413,
        "The picture has more bytes or pixels than are taken; `bytes_max`, `pixels_max` and `side_max` say how many.",
    ),
    Code.CONSENT_NEEDED: Meaning(
        "reload",
        422,
        "Nothing of a viewer's is shown without their consent to the words in force; `consent` names those.",
    ),
    Code.FEED_UNREADABLE: Meaning(
        "never", 422, "The file is no product feed that can be read; `reason` says why, `line` where."
    ),
    Code.UNAVAILABLE: Meaning("later", 503, "The database is away; nothing was done."),
    Code.OUTCOME_UNKNOWN: Meaning(
        "later",
        503,
        "The database went away before it confirmed: this may have happened. The same command with the same key gets the result; "
        "without a key `retry` is `reload`: look before you send it again.",
    ),
    Code.INTERNAL: Meaning("later", 500, "A fault of ours, logged; nothing was acknowledged."),
}


def as_markdown() -> str:
    """Return the table as it stands in `PROTOCOL.md`."""
    head = "| code | retry | HTTP | meaning |\n|---|---|---|---|\n"
    return head + "".join(f"| `{c}` | `{m.verdict}` | {m.status} | {m.text} |\n" for c, m in MEANINGS.items())
