"""What the figures of a show are computed from, as the repositories read it: plain rows, suspected bots and staff already left out
unless said.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.stats.funnel import Walks
from server.stats.ratio import Ratio
from server.stats.replay_repository import NO_REPLAY, ReplayTallies
from server.stats.report import Funnel, LeftOut, ProductFigures, Sales, ShowState, WindowName
from server.stats.series_report import Mark
from server.stats.surveys.report import SurveyFigures
from server.stats.watching import Attendance, Stretches


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
    bots_looked_for: bool = True
    """Whether the server tried to tell suspected bots; else it cannot be known whether there were any."""

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
    """Who came, by what is known of them; `suspects` and `staff` are how many more were left out."""

    suspects: int | None
    """None where nobody looked for them."""
    staff: int
    came: frozenset[str]
    guests: frozenset[str]
    recognisable: frozenset[str]
    """Those whom the channel may recognise: known, or guests who agree and had not taken it back by the show's end."""


@dataclass(frozen=True, slots=True)
class Tallies:
    """Sums over everybody and over those without a view (`…_beside`), and how many viewers stand behind them."""

    reactions: int
    reactions_beside: int
    senders: int
    votes: int
    votes_beside: int
    shares: int
    shares_beside: int
    sharers: int
    impressed: int
    clickers: int
    clicked_what_they_saw: int
    """Viewers with an impression and a click."""
    clicked_and_bought: int
    engaged: int


@dataclass(frozen=True, slots=True)
class QuestionTallies:
    """Questions by state; askers and the median leave out dismissed ones."""

    askers: int
    """Viewers of V(s) who asked."""
    asked_beside: int
    """Questions of others."""
    answered: int
    open: int
    pending: int
    dismissed: int
    median_answer_seconds: float | None


@dataclass(frozen=True, slots=True)
class Sold:
    """Paid orders of the show in one currency, by who bought: `viewers` are those with a view.

    `reported` is what of the audience's the shop's own cart took, `refunded_minor` what was given back of any of it.
    """

    currency: str
    viewers: Sales
    without_a_view: Sales
    suspected_bots: Sales
    staff: Sales
    reported: Sales | None = None
    refunded_minor: int = 0


@dataclass(frozen=True, slots=True)
class Actions:
    """What viewers did with products: `clicks_seen` have an impression of their own each, `orders_clicked` a click."""

    impressions: int
    clicks: int
    clicks_seen: int
    orders_clicked: int


@dataclass(frozen=True, slots=True)
class Wares:
    """The products of a show, and what viewers did with all of them."""

    products: Sequence[ProductFigures]
    actions: Actions


@dataclass(frozen=True, slots=True)
class Returning:
    """Whom the channel knew from elsewhere, in one span of consent: viewers in its shows before and after, and customers."""

    seen_before: frozenset[str]
    seen_after: frozenset[str] | None
    """None until the window has passed."""
    withdrew_after: frozenset[str]
    """Who took consent back before the window had passed: the forward figure is not about them."""
    bought_before: frozenset[str]
    period_customers: int
    period_repeaters: int

    def among(self, viewers: Set[str], buyers: Set[str]) -> "CameBack":
        """Return the counts of these viewers, whom the channel may recognise, and of those of them who bought."""
        lasting, after = viewers - self.withdrew_after, self.seen_after
        return CameBack(
            seen_before=Ratio.of(len(viewers & self.seen_before), len(viewers)),
            seen_after=None if after is None else Ratio.of(len(lasting & after), len(lasting)),
            buyers_before=Ratio.of(len(buyers & self.bought_before), len(buyers)),
            buyers_seen_before=Ratio.of(len(buyers & self.seen_before), len(buyers)),
            in_period=Ratio.of(self.period_repeaters, self.period_customers),
        )


@dataclass(frozen=True, slots=True)
class ShowFacts:
    """Everything that one report needs, of one moment."""

    show: ShowHead
    repeat_window: timedelta
    people: People
    attendance: Attendance
    tallies: Tallies
    questions: QuestionTallies
    walks: Walks
    first_orders: dict[str, datetime]
    """By buyer, with a view or without: when each first bought in the show."""
    sold: Sequence[Sold]
    returning: Returning
    wares: Wares


@dataclass(frozen=True, slots=True)
class Watching:
    """V(s) and what it watched, in microseconds; `joined[i]` had come by minute i of the show, `present[i]` watched then."""

    viewers: int
    guests: int
    views: int
    visits: int
    replay_viewers: int | None
    """None where no replay was recorded."""
    viewers_in_all: int | None
    watched_us: int
    median_us: float | None
    peak: int
    peak_us: int | None
    present: Sequence[int]
    joined: Sequence[int]


@dataclass(frozen=True, slots=True)
class Buyers:
    """People who bought in the show before a moment: with a view, and without."""

    viewed: int
    beside: int


@dataclass(frozen=True, slots=True)
class CameBack:
    """Who came back and who bought again, as `part` of `whole`; of those of V(s) alone whom the channel may recognise."""

    seen_before: Ratio
    seen_after: Ratio | None
    buyers_before: Ratio
    buyers_seen_before: Ratio
    in_period: Ratio


@dataclass(frozen=True, slots=True)
class Counted:
    """What a report says, counted; by looking at everybody in turn (`counting`), or from rows and what is kept (`row_counts`)."""

    show: ShowHead
    repeat_window: timedelta
    left_out: LeftOut
    watching: Watching
    tallies: Tallies
    questions: QuestionTallies
    funnel: Funnel
    buyers: dict[WindowName, Buyers]
    buyers_ever: int
    """With a view, whenever they bought."""
    sold: Sequence[Sold]
    came_back: CameBack | None
    """None of a show that has not started."""
    wares: Wares
    surveys: Sequence[SurveyFigures] = ()
    replay: ReplayTallies = NO_REPLAY


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """Everything that one series needs: counts per step of `step_seconds`, by the step's number."""

    show: ShowHead
    step_seconds: int
    suspects: int | None
    viewers: Sequence[Stretches]
    watching: Sequence[int] | None
    """The most at once in each step, where it is kept; else it comes of what `viewers` played."""
    reactions: dict[int, int]
    clicks: dict[int, int]
    questions: dict[int, int]
    orders: dict[int, int]
    marks: Sequence[Mark]
