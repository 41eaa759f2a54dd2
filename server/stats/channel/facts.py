"""What the figures of a group of shows are computed from, as the repository reads it: one row for each part that was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from server.stats.chance import Sample
from server.stats.report import Sales, ShowState


@dataclass(frozen=True, slots=True)
class ShowOf:
    """A show of the channel that has begun."""

    id: str
    title: str
    state: ShowState
    started_at: datetime
    ended_at: datetime | None
    bots_looked_for: bool
    settled: bool

    @property
    def provisional(self) -> bool:
        """Whether its figures may still change by themselves."""
        return self.ended_at is None or not self.settled


@dataclass(frozen=True, slots=True)
class Part:
    """A group of shows whose people are counted once; what is known of consent counts until `until`."""

    shows: Sequence[ShowOf]
    until: datetime

    @property
    def provisional(self) -> bool:
        """Whether the figures of any of its shows may still change by themselves."""
        return any(show.provisional for show in self.shows)


@dataclass(frozen=True, slots=True)
class People:
    """People of a part, each counted once, and what they did in all of its shows: those with a view unless another word says."""

    viewers: int = 0
    guests: int = 0
    replay_viewers: int = 0
    viewers_in_all: int = 0
    views: int = 0
    visits: int = 0
    watched_us: int = 0
    watched_squares: float = 0.0
    """The sum over viewers of their watch time squared, in seconds."""
    median_us: float | None = None
    engaged: int = 0
    reactions: int = 0
    reactions_beside: int = 0
    senders: int = 0
    votes: int = 0
    votes_beside: int = 0
    shares: int = 0
    shares_beside: int = 0
    sharers: int = 0
    impressed: int = 0
    clickers: int = 0
    saw: int = 0
    """With a product's card on their screen while the show ran: the first step of the funnel. Whoever is in the next one is in it."""
    clicked_in_order: int = 0
    paid_in_order: int = 0
    to_click_us: float | None = None
    """The median of how long the step took, in the first show in which it was taken in order; so the next two."""
    to_pay_us: float | None = None
    to_convert_us: float | None = None
    impressions: int = 0
    """What viewers did with products, by actions; `clicks_seen` have an impression of their own each, `orders_clicked` a click."""
    clicks: int = 0
    clicks_seen: int = 0
    orders_clicked: int = 0
    clicked_what_they_saw: int = 0
    clicked_and_bought: int = 0
    bought_live: int = 0
    bought_24h: int = 0
    bought_7d: int = 0
    bought_30d: int = 0
    buyers: int = 0
    buyers_beside: int = 0
    """Without a view in any show of the part that they bought in."""
    orders: int = 0
    gmv_minor: int = 0
    """Of viewers, in the channel's currency."""
    recognisable: int = 0
    came_back: int = 0
    first_time: int = 0
    """Those of the recognisable who were in no earlier show within the window when they first came."""
    lasting: int = 0
    came_again: int = 0
    buyers_known: int = 0
    bought_before: int = 0
    buyers_seen_before: int = 0
    customers: int = 0
    repeaters: int = 0
    without_a_view: int = 0
    promoters: int = 0
    """By the last answer to a score from 0 to 10 that they gave in a show of the part in which they had a view."""
    passives: int = 0
    detractors: int = 0


PEOPLE_COLUMNS = tuple(each.name for each in fields(People))


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions of a part that were not dismissed."""

    asked: int = 0
    asked_beside: int = 0
    answered: int = 0
    open: int = 0
    askers: int = 0
    median_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Till:
    """What a part sold in one currency, by who bought; `orders` are the amounts of the audience's orders."""

    currency: str
    viewers: Sales
    without_a_view: Sales
    suspected_bots: Sales
    staff: Sales
    replay: Sales
    orders: Sample
    reported: Sales | None = None
    refunded_minor: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """Who is in the record and not in the figures."""

    suspects: int = 0
    staff: int = 0


@dataclass(frozen=True, slots=True)
class PartFacts:
    """Everything that the figures of a part need."""

    part: Part
    people: People = field(default_factory=People)
    questions: Questions = field(default_factory=Questions)
    tills: Sequence[Till] = ()
    left: Left = field(default_factory=Left)
    peak: int | None = None
