"""The envelope of a fact outside Showfloor: one flat row, the same in JSON Lines, CSV and Parquet. Pure.

GA4's names of events where they exist, so that tag managers and warehouses know them; `docs/history.md` has the table for people.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["VARCHAR", "BIGINT", "BOOLEAN", "TIMESTAMPTZ", "JSON"]
"""How DuckDB and Parquet call a column's type."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the envelope: its name, its type, and what stands in it."""

    name: str
    type: Kind
    about: str
    written: bool = False
    """People wrote it: in CSV it is kept from being a spreadsheet's formula."""


COLUMNS = (
    Column("id", "VARCHAR", "the entry's own id: the same id is the same entry, however often it comes"),
    Column("show", "VARCHAR", "the show's id"),
    Column("kind", "VARCHAR", "what happened"),
    Column("viewer", "VARCHAR", "who did it: the raw id"),
    Column("connection", "VARCHAR", "the tab or device that it came from"),
    Column("at", "TIMESTAMPTZ", "when, with an offset; else `offset_ms` says it"),
    Column("offset_ms", "BIGINT", "milliseconds since the show's start"),
    Column("mode", "VARCHAR", "`live` or `replay`; purchase of ours: where it was bought"),
    Column("source", "VARCHAR", "where the viewer came from, such as a `utm_source`", written=True),
    Column("segment", "VARCHAR", "the viewer's segment at that time", written=True),
    Column("suspect", "BOOLEAN", "the viewer is a suspected bot in this show"),
    Column("target", "VARCHAR", "of what: product, question, order, link, kind of reaction, known viewer"),
    Column("n", "BIGINT", "how many; 1 if left out"),
    Column("via", "VARCHAR", "share: by which way it went out"),
    Column("device", "VARCHAR", "attendance, page_view: `phone`, `tablet` or `desktop`"),
    Column("guest", "BOOLEAN", "attendance: nobody who has signed in"),
    Column("remembered", "BOOLEAN", "attendance: a guest who agrees to be recognised"),
    Column("consent_at", "TIMESTAMPTZ", "attendance: since when they agree"),
    Column("share", "VARCHAR", "attendance: the link that brought them"),
    Column("joined", "BOOLEAN", "attendance: they came; else they acted by HTTP alone"),
    Column("staff", "BOOLEAN", "attendance: of the host's side; purchase: bought by staff"),
    Column("title", "VARCHAR", "show: its title", written=True),
    Column("host", "VARCHAR", "show: who hosts it", written=True),
    Column("ended_at", "TIMESTAMPTZ", "show: its end; survey: when it closed"),
    Column("bots_looked_for", "BOOLEAN", "show: whether anybody looked for bots; unknown figures if not"),
    Column(
        "text",
        "VARCHAR",
        "question: its text; survey: what it asks; survey_answer: what was written",
        written=True,
    ),
    Column("author", "VARCHAR", "question: the asker's name", written=True),
    Column("role", "VARCHAR", "question: `viewer`, or the role of the staff who asked"),
    Column(
        "state",
        "VARCHAR",
        "question: pending, open, answering, answered, dismissed, merged, withdrawn; purchase: `cancelled` if it was",
    ),
    Column("answered_at", "TIMESTAMPTZ", "question: when it was answered"),
    Column("answer", "VARCHAR", "question: the written answer", written=True),
    Column("reason", "VARCHAR", "question: why it was dismissed", written=True),
    Column("currency", "VARCHAR", "purchase, refund: ISO 4217"),
    Column("amount_minor", "BIGINT", "refund: what was given back; purchase: the sum of its lines"),
    Column("lines", "JSON", "purchase: an array of `product`, `title`, `quantity`, `amount_minor`"),
    Column("taken_by", "VARCHAR", "purchase: `shop` (the merchant's cart) or `showfloor`"),
    Column("attributed_by", "VARCHAR", "purchase of the shop's: attribution, link or customer"),
    Column("customer", "VARCHAR", "purchase of the shop's: its own id of the customer"),
    Column("number", "VARCHAR", "purchase of ours: what people call it by"),
    Column("page", "VARCHAR", "page_view: `viewer`, `element` or `frame`; `viewer` if left out"),
    Column("site", "VARCHAR", "page_view: the host of the page around an element", written=True),
    Column("referrer", "VARCHAR", "page_view: the host that led there", written=True),
    Column("medium", "VARCHAR", "page_view: `utm_medium`", written=True),
    Column("campaign", "VARCHAR", "page_view: `utm_campaign`", written=True),
    Column("term", "VARCHAR", "page_view: `utm_term`", written=True),
    Column("content", "VARCHAR", "page_view: `utm_content`", written=True),
    Column("survey", "VARCHAR", "survey: `nps`, `stars`, `choice` or `text`"),
    Column("choices", "JSON", "survey: an array of what a choice is between"),
    Column("why", "BOOLEAN", "survey: whether a score may be given a reason"),
    Column("about", "VARCHAR", "survey: the product that its stars are about"),
    Column("score", "BIGINT", "survey_answer: 0 to 10 of `nps`, 1 to 5 of `stars`"),
    Column("choice", "BIGINT", "survey_answer: which of the choices, from 0"),
    Column("changed_at", "TIMESTAMPTZ", "survey_answer: when it was changed last; `at` if left out"),
    Column("replay_ms", "BIGINT", "question at the replay: which place of the show was seen"),
)
NAMES = tuple(column.name for column in COLUMNS)

FACTS = {
    "view_promotion": "impression",
    "select_item": "click",
    "reaction": "reaction",
    "vote": "vote",
    "share": "share",
    "consent_given": "consent_given",
    "consent_withdrawn": "consent_withdrawn",
    "answer": "answer",
    "comment": "comment",
    "view_item": "view_item",
    "add_to_cart": "add_to_cart",
    "begin_checkout": "begin_checkout",
    "poll_answer": "poll_answer",
    "survey_answer": "survey_answer",
    "survey_shown": "survey_shown",
    "hold_place": "hold_place",
    "hold_expire": "hold_expire",
    "offer_shown": "offer_shown",
    "offer_claimed": "offer_claimed",
    "mail_open": "mail_open",
    "mail_click": "mail_click",
}
"""Names of entries outside and the kind of the ledger's fact; those without a figure yet are kept under their own name."""
# A pin is news of the show's journal, and nobody's fact.
OF_PRODUCTS = ("view_promotion", "select_item", "view_item", "add_to_cart", "begin_checkout", "product_pin")
"""Whose target is a product, by our id, the shop's own, or the SKU."""
KINDS = (
    "show",
    "attendance",
    "view_start",
    "view_end",
    "question",
    "purchase",
    "refund",
    "identity_link",
    "product_pin",
    "page_view",
    "survey",
    *FACTS,
)
"""All that an entry may be."""
