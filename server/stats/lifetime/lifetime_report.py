"""The shapes of what is said of a channel's people over time. `docs/figures.md` defines each field.

As in a show's report `None` means "cannot be known yet" or "nothing to divide by", never zero; shares are 0 to 1.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from server.stats.chance import Interval as Bounds
from server.stats.lifetime.calendar import Interval
from server.stats.lifetime.cohorts import RetentionCell, RetentionCohort, ValueCohort
from server.stats.ratio import Figures, Ratio

Refusal = Literal["too_few_repeat_buyers", "does_not_fit"]
ChurnUnknown = Literal["too_few_gaps", "too_early"]


class LeftOutOfChannel(Figures):
    """Who is in the channel's record and not in these figures, up to `as_of`."""

    suspected_bots: int | None = Field(
        description="people who were suspected in a show; null where in one of the shows nobody looked for them"
    )
    staff: int = Field(description="people of the host's side and analysts")
    guests_without_consent: int = Field(
        description="guests with a view whom the channel may not recognise in another show"
    )


class OfChannel(Figures):
    """What every figure of a channel carries."""

    channel: str
    time_zone: str = Field(description="the channel's: its days, weeks and months are meant")
    definition_version: int
    as_of: datetime
    provisional: bool = Field(description="a show runs, or ended within the last minute")
    left_out: LeftOutOfChannel


class RetentionReport(OfChannel):
    """Cohorts of who did `born` first in an interval, and how many did `back` in each interval since."""

    born: Literal["view", "purchase"]
    back: Literal["view", "purchase"]
    interval: Interval
    since: date = Field(description="first day of the first cohort")
    until: date = Field(description="last day on which somebody of these cohorts was born")
    people: int
    cohorts: list[RetentionCohort] = Field(description="cohorts that somebody is in, the oldest first")
    together: list[RetentionCell | None] = Field(
        description="all cohorts whose interval of that age has ended, added up"
    )


class PurchaseModel(Figures):
    """BG/NBD's parameters, by days."""

    r: float
    alpha_days: float
    a: float
    b: float
    log_likelihood: float


class MoneyModel(Figures):
    """Gamma-Gamma's parameters, in minor units."""

    p: float
    q: float
    gamma_minor: float
    log_likelihood: float


class Predicted(Figures):
    """What customers are expected to bring from `as_of` to the horizon, discounted."""

    total_minor: int = Field(description="all customers together")
    per_customer_minor: int
    median_minor: int
    tenths_minor: list[int] = Field(
        description="11 numbers: a tenth of the customers is expected to bring at most the second, two tenths at most the third"
    )
    orders_per_customer: float = Field(description="days of buying that are expected of one, not discounted")
    alive: float = Field(description="mean of P(alive): the share of customers who may still buy")
    correlation: float | None = Field(
        description="of money with frequency; the model supposes none, and is the less to be trusted the more there is"
    )
    purchases: PurchaseModel
    money: MoneyModel


class Prediction(Figures):
    """BG/NBD × Gamma-Gamma, or why not."""

    customers: int
    repeat_buyers: int = Field(description="customers who bought on two days or more")
    horizon_days: int
    discount: float = Field(description="by which money is worth less a year later")
    refused: Refusal | None
    predicted: Predicted | None


class LifetimeReport(OfChannel):
    """What customers have brought, by the age of their cohort, and what they are expected to bring."""

    currency: str
    interval: Interval
    since: date
    until: date
    customers: int = Field(description="customers of these cohorts")
    orders_in_other_currencies: int = Field(description="left out of both")
    cohorts: list[ValueCohort]
    prediction: Prediction = Field(description="of all customers, whenever they first bought")


class ChurnPoint(Figures):
    """Churn as of one moment."""

    at: datetime
    churned: Ratio = Field(
        description="of those who were there in the window before the last, who were not in the last"
    )
    interval: Bounds | None


class ChurnReport(OfChannel):
    """Who was there in the window before the last, and not in the last. There is no cancelling: the window says what counts as gone."""

    of: Literal["view", "purchase"]
    window_days: int | None = Field(description="W; null where it is not given and gaps are too few")
    window_from: Literal["gaps", "given"]
    gaps: int = Field(description="gaps between two days of the same person")
    gap_days_90: float | None = Field(description="the 90th percentile of them")
    unknown: ChurnUnknown | None
    known_at: datetime | None = Field(description="when two windows will have passed since the first time")
    now: ChurnPoint | None = Field(description="as of `as_of`; null until it can be known")
    points: list[ChurnPoint] = Field(description="as of the end of each month before, where it is known")
