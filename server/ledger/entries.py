"""A fact as the rooms state it, and how facts add up per viewer and show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from msgspec import Struct


@dataclass(frozen=True, slots=True)
class Fact:
    """`viewer_id` did `kind` (to `target`) `n` times in a show.

    Kinds: `order` (n is its units; it has `amount_minor` and `currency`, its `target` is the product), `question` (target: the question),
    `vote`, `survey_answer` and `survey_shown` (target: the survey), `poll_answer` (target: the poll), `offer_shown` and
    `offer_claimed` (target: the offer; n is the units that were bought under it),
    `answer` (by staff), `reaction` (target: heart, clap, …), `impression` and `click` (target: the product), `share` (target: the
    share's id; `via`: by which way it went out), `consent_given` (by a guest; target: the version of the words that they agreed to, where
    it was said) and `consent_withdrawn`. `visit` is made by the ledger itself.
    """

    show_id: str
    viewer_id: str
    kind: str
    at: datetime
    target: str | None = None
    n: int = 1
    connection_id: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    source: str | None = None
    via: str | None = None
    staff: bool = False
    """Done by the host's side or an analyst, who are in no figure of the show from then on."""


class Countable(Protocol):
    """What a rollup needs to know of a fact."""

    @property
    def show_id(self) -> str: ...
    @property
    def viewer_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def n(self) -> int: ...
    @property
    def at(self) -> datetime: ...


HARD_FACTS: Final = (
    "{0}.questions + 65536 * CAST({0}.votes AS bigint) + 4294967296 * CAST({0}.orders AS bigint)"
    " + 17592186044416 * CAST({0}.units AS bigint)"
)
"""What `hard_facts` is of a row's numbers: a server of the version before raises those and not the sum."""


IS_OF_OLD_WRITER: Final = f"CASE WHEN {{0}}.hard_facts <> {HARD_FACTS} THEN 1 ELSE 0 END = 1"
"""Whether a row is one that such a server has written. It is an index's condition (`rollup_old_writer`), and written so that the planner
expects few rows and takes the index."""


class RollupChange(Struct, omit_defaults=True):
    """What is to be added to one viewer's rollup in one show; fields are named like the table's columns.

    `paid` and `refunded` are minor units by currency: the row has those in its channel's. Of first moments the earlier stays.
    """

    show_id: str
    viewer_id: str
    reactions: int = 0
    impressions: int = 0
    clicks: int = 0
    shares: int = 0
    questions: int = 0
    votes: int = 0
    survey_answers: int = 0
    poll_answers: int = 0
    comments_sent: int = 0
    orders: int = 0
    units: int = 0
    first_reaction_at: datetime | None = None
    first_impression_at: datetime | None = None
    first_click_at: datetime | None = None
    first_share_at: datetime | None = None
    first_question_at: datetime | None = None
    first_vote_at: datetime | None = None
    first_survey_answer_at: datetime | None = None
    first_poll_answer_at: datetime | None = None
    first_comment_at: datetime | None = None
    first_order_at: datetime | None = None
    staff: bool = False
    paid: dict[str, int] | None = None
    refunded: dict[str, int] | None = None


RollupChanges = dict[tuple[str, str], RollupChange]
"""By show and viewer."""

COLUMN_OF_KIND = {
    "reaction": "reactions",
    "impression": "impressions",
    "click": "clicks",
    "share": "shares",
    "question": "questions",
    "vote": "votes",
    "survey_answer": "survey_answers",
    "poll_answer": "poll_answers",
    "comment": "comments_sent",
}
"""Kinds that a rollup adds up by their `n`; an `order` adds one order and `n` units; other kinds are facts without a column."""
OF_REPLAY: Final = {
    kind: f"replay_{kind}" for kind in ("reaction", "impression", "click", "share", "question")
}
"""What is done of these after a show's end is of its replay, and another kind of fact: one without a column, so that it is in no figure of
the show itself. An order is one of a replay by where it was placed (`replay_order`), whenever it is paid.
"""
FIRST_OF_KIND = {kind: f"first_{kind}_at" for kind in (*COLUMN_OF_KIND, "order")}
"""The column of a kind's first moment."""


def change_of(changes: RollupChanges, show_id: str, viewer_id: str) -> RollupChange:
    """Return the change for this viewer and show, a new one if there is none yet."""
    change = changes.get((show_id, viewer_id))
    if change is None:
        change = changes[show_id, viewer_id] = RollupChange(show_id, viewer_id)
    return change


def add_facts(changes: RollupChanges, facts: Iterable[Countable]) -> None:
    """Add what `facts` mean for the rollups to `changes`; of hard facts `add_hard` knows more."""
    for fact in facts:
        change = change_of(changes, fact.show_id, fact.viewer_id)
        column = COLUMN_OF_KIND.get(fact.kind)
        if column is not None:
            setattr(change, column, getattr(change, column) + fact.n)
        elif fact.kind == "order":
            change.orders += 1
            change.units += fact.n
        else:
            continue
        first = FIRST_OF_KIND[fact.kind]
        known = getattr(change, first)
        if known is None or fact.at < known:
            setattr(change, first, fact.at)


def add_hard(changes: RollupChanges, facts: Iterable[Fact]) -> None:
    """Add what `facts` mean for the rollups to `changes`, the money of orders and who is staff among it."""
    facts = list(facts)
    add_facts(changes, facts)
    for fact in facts:
        change = change_of(changes, fact.show_id, fact.viewer_id)
        change.staff = change.staff or fact.staff
        if fact.kind == "order" and fact.currency is not None and fact.amount_minor is not None:
            change.paid = add_money(change.paid, fact.currency, fact.amount_minor)


def add_money(sums: dict[str, int] | None, currency: str, minor: int) -> dict[str, int]:
    """Return `sums` with an amount added; less than nothing takes it off."""
    found = sums or {}
    found[currency] = found.get(currency, 0) + minor
    return found
