"""What the figures of a show are computed from, as `repository` reads it: plain rows, suspected bots already left out unless said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.stats.funnel import Walks
from server.stats.report import Mark, ProductFigures, ShowState
from server.stats.watching import Stretches


@dataclass(frozen=True, slots=True)
class ShowHead:
    """Which show, and whether its facts are all in."""

    id: str
    channel_id: str
    title: str
    host: str
    state: ShowState
    started_at: datetime | None
    ended_at: datetime | None
    settled: bool
    as_of: datetime

    @property
    def until(self) -> datetime:
        """The end, or the present moment while there is none."""
        return self.ended_at or self.as_of

    @property
    def length(self) -> timedelta | None:
        """How long the show is so far; None before its start."""
        return None if self.started_at is None else max(self.until - self.started_at, timedelta(0))

    @property
    def provisional(self) -> bool:
        """Whether the figures may still change by themselves."""
        return self.ended_at is None or not self.settled


@dataclass(frozen=True, slots=True)
class People:
    """Who came, by what is known of them; `suspects` is how many more were left out."""

    suspects: int
    came: frozenset[str]
    guests: frozenset[str]
    recognisable: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tallies:
    """Sums over viewers, each number with how many viewers stand behind it."""

    reactions: int
    senders: int
    votes: int
    shares: int
    sharers: int
    impressions: int
    impressed: int
    clicks: int
    clickers: int
    clicked_what_they_saw: int
    """Viewers with an impression and a click."""
    orders: int
    clicked_and_bought: int
    engaged: frozenset[str]


@dataclass(frozen=True, slots=True)
class QuestionTallies:
    """Questions by state; `askers` and the median leave out dismissed ones."""

    askers: frozenset[str]
    answered: int
    open: int
    pending: int
    dismissed: int
    median_answer_seconds: float | None


@dataclass(frozen=True, slots=True)
class Sold:
    """Paid orders of the show in one currency, suspected bots' among them."""

    currency: str
    orders: int
    units: int
    gmv_minor: int


@dataclass(frozen=True, slots=True)
class Returning:
    """Whom the channel knew from elsewhere: viewers in its shows before and after, and customers."""

    seen_before: frozenset[str]
    seen_after: frozenset[str] | None
    """None until the window has passed."""
    bought_before: frozenset[str]
    period_customers: int
    period_repeaters: int


@dataclass(frozen=True, slots=True)
class ShowFacts:
    """Everything that one report needs, of one moment."""

    show: ShowHead
    repeat_window: timedelta
    people: People
    viewers: Sequence[Stretches]
    tallies: Tallies
    questions: QuestionTallies
    walks: Walks
    first_orders: dict[str, datetime]
    """By viewer: B(s), and when each first bought in the show."""
    sold: Sequence[Sold]
    returning: Returning
    products: Sequence[ProductFigures]


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """Everything that one series needs: counts per step of `step_seconds`, by the step's number."""

    show: ShowHead
    step_seconds: int
    suspects: int
    viewers: Sequence[Stretches]
    reactions: dict[int, int]
    clicks: dict[int, int]
    questions: dict[int, int]
    orders: dict[int, int]
    marks: Sequence[Mark]
