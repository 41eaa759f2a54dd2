"""Where the ids of viewers are. A test holds this list against all tables: a new one must say what it keeps of a person."""

from collections.abc import Mapping
from typing import Final

NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "attendance": ("viewer_id",),
    "auction_bidder": ("viewer_id",),
    "checkout": ("viewer_id",),
    "comment": ("viewer_id",),
    "comment_reaction": ("viewer_id",),
    "erasure": ("viewer_id",),
    "faq_help": ("viewer_id",),
    "giveaway_entry": ("viewer_id",),
    "giveaway_winner": ("viewer_id",),
    "hold": ("viewer_id",),
    "ledger_entry": ("viewer_id",),
    "mail_message": ("viewer_id",),
    "offer_sale": ("viewer_id",),
    "offer_shown": ("viewer_id",),
    "orders": ("viewer_id",),
    "page_view": ("viewer_id",),
    "payment": ("viewer_id",),
    "playing": ("viewer_id",),
    "poll_vote": ("viewer_id",),
    "question": ("viewer_id",),
    "reported_order": ("viewer_id",),
    "reported_sale": ("viewer_id",),
    "rollup": ("viewer_id",),
    "rollup_due": ("viewer_id",),
    "sealed_person": ("viewer_id",),
    "staff_presence": ("viewer_id",),
    "survey_answer": ("viewer_id",),
    "viewer_alias": ("raw", "canonical"),
    "vote": ("viewer_id",),
    "voucher_use": ("viewer_id",),
    "waitlist_place": ("viewer_id",),
}
"""Rows about a person that counts rest on: they stay, under another id."""

GONE: Final[Mapping[str, str]] = {
    "auction_block": "viewer_id",
    "last_written": "viewer_id",
    "intent": "viewer_id",
    "kept_details": "viewer_id",
    "mail_consent": "viewer_id",
    "offer_holder": "viewer_id",
    "order_link": "viewer_id",
    "post": "viewer_id",
    "post_upload": "viewer_id",
    "report": "viewer_id",
    "review": "viewer_id",
    "sanction": "viewer_id",
    "sign_in_code": "person",
}
"""Rows about a person that nothing rests on, by the column that names them: they are deleted."""

OF_ORDERS: Final = ("order_note", "shipment")
"""Rows about a person's orders, by `order_id`: what the merchant noted is deleted, and where parcels are followed is taken away."""

OF_QUESTIONS: Final = ("faq_line",)
"""Rows with the words of what a person asked, by `source`: they are deleted, unless staff have put it in other words."""

OF_SANCTIONS: Final = ("sanction_mark",)
"""Rows of a person's bans, by `sanction_id`: they are deleted with those."""

HASHED: Final[Mapping[str, str]] = {"revoked": "id"}
"""Where a digest of the id stays for as long as a token of theirs could be believed."""

MENTIONED: Final[Mapping[str, tuple[str, ...]]] = {
    "audit": ("subject", "details"),
    "publication": ("line", "staff_line"),
    "webhook_event": ("payload",),
}
"""Columns of text or JSON in which an id may stand among other things."""

BY_SHOW: Final = (
    "comment_reaction",
    "giveaway_entry",
    "ledger_entry",
    "playing",
    "poll_vote",
    "publication",
    "rollup",
    "rollup_due",
    "survey_answer",
    "vote",
)
"""Tables that are found by show and viewer together."""

OF_CHANNELS: Final = (
    "auction_block",
    "checkout",
    "erasure",
    "faq_line",
    "hold",
    "kept_details",
    "mail_consent",
    "mail_message",
    "order_link",
    "order_note",
    "orders",
    "page_view",
    "payment",
    "post",
    "post_upload",
    "report",
    "reported_order",
    "reported_sale",
    "review",
    "sanction",
    "shipment",
    "sign_in_code",
    "waitlist_place",
    "webhook_event",
)
"""Tables whose rows say in `channel_id` which channel keeps them. Rows of the others are of the channel of their `show_id`, but:"""

OF_PARENTS: Final[Mapping[str, tuple[str, str]]] = {
    "auction_bidder": ("auction_id", "auction"),
    "giveaway_winner": ("giveaway_id", "giveaway"),
    "offer_holder": ("offer_id", "offer"),
    "offer_sale": ("offer_id", "offer"),
    "offer_shown": ("offer_id", "offer"),
    "sanction_mark": ("sanction_id", "sanction"),
}
"""Rows of what another row is of: the column that names it, and its table, which has `channel_id`."""

OF_ALL_CHANNELS: Final = ("intent", "sealed_person")
"""Rows of a person that are no single channel's: keys, which are kept for hours, and the person's number."""

STAFF: Final[Mapping[str, str]] = {"staff_member": "viewer_id", "person": "id"}
"""Who stands here works for a channel: they are removed in the studio, not forgotten as viewers."""
