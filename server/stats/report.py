"""The report of a show: the one shape that the page, the API, the terminal and the export read. `docs/figures.md` defines each field.

`None` means "cannot be known yet" or, in a share, "nothing to divide by"; it is never a zero. Shares are 0 to 1; durations say their
unit; money is integer minor units beside its currency.
"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from server.stats.product_report import ProductTotals, VariantFigures
from server.stats.ratio import Figures, Ratio
from server.stats.replay_report import ReplayFigures
from server.stats.surveys.report import SurveyFigures

ShowState = Literal["scheduled", "live", "ended"]
WindowName = Literal["live", "24h", "7d", "30d"]
StepName = Literal["impression", "click", "paid"]


class ReportedShow(Figures):
    """Which show the figures are about."""

    id: str
    channel: str
    title: str
    host: str
    state: ShowState
    started_at: datetime | None
    ended_at: datetime | None
    duration_seconds: float | None = Field(
        description="start to end, or to as_of while live; null before the start"
    )


class LeftOut(Figures):
    """Who is in the show's record and not in its figures, and why."""

    suspected_bots: int | None = Field(
        description="left out of figures about people; their orders stay in the money, told apart; null where nobody looked for them"
    )
    staff: int = Field(
        description="people of the host's side and analysts who were there; in no figure at all"
    )
    without_a_view: int = Field(
        description="came, but nothing played for 3 s in total while the show ran; what they did is in the totals about things alone"
    )
    guests_without_consent: int = Field(description="viewers who count here but not in repeat figures")
    buyers_without_consent: int = Field(description="buyers who count here but not in buyers' repeat figures")


class WatchTime(Figures):
    """Seconds watched: per viewer the union over all tabs, cut to the show's length."""

    total_seconds: float
    mean_seconds: float | None
    median_seconds: float | None


class Concurrency(Figures):
    """How many watched at once; average × duration equals the total watch time."""

    peak: int
    peak_at: datetime | None
    average: float | None


class RetentionPoint(Figures):
    """Minute `minute` of the show: who was there, of those who had come by then and of all."""

    minute: int
    joined: int
    present: int
    of_joined: float | None
    of_viewers: float | None


class Audience(Figures):
    """Who watched."""

    viewers: int = Field(description="V(s): viewers with at least one qualified view while the show ran")
    guests: int = Field(description="those of them without a known account")
    views: int = Field(description="qualified views: visits in which 3 s or more played")
    visits: int = Field(description="visits of these viewers, qualified or not")
    replay_viewers: int | None = Field(
        description="viewers with 3 s or more of playing after the show's end; null while no replay is recorded"
    )
    viewers_in_all: int | None = Field(description="live or replay, each once; null as replay_viewers")
    watch_time: WatchTime
    concurrency: Concurrency
    retention: list[RetentionPoint]


class Reactions(Figures):
    """Taps, and by how many hands."""

    sent: int
    without_a_view: int = Field(description="of `sent`, those of people without a view")
    senders: int = Field(description="viewers who sent any")
    mean_per_sender: float | None = Field(description="the senders' own taps ÷ senders")


class Engagement(Figures):
    """Who did more than watch."""

    engaged: Ratio = Field(
        description="viewers with a reaction, question, vote, share or product click, of all viewers"
    )
    reactions: Reactions
    votes: int
    votes_without_a_view: int = Field(description="of `votes`, those of people without a view")
    shares: int
    shares_without_a_view: int = Field(description="of `shares`, those of people without a view")
    sharers: int = Field(description="viewers who shared")


class QuestionsAndAnswers(Figures):
    """Dismissed questions are left out of all but their own count."""

    askers: Ratio
    asked: int = Field(description="questions that were not dismissed")
    asked_without_a_view: int = Field(description="of `asked`, those of people without a view")
    answered: Ratio = Field(description="answered ÷ (answered + open)")
    open: int
    pending: int
    dismissed: int
    median_answer_seconds: float | None


class FunnelStep(Figures):
    """Viewers who came this far, in order, each counted once."""

    step: StepName
    viewers: int
    of_first: float | None
    of_previous: float | None
    median_seconds_from_previous: float | None


class Funnel(Figures):
    """From seeing a product to paying, inside the live window."""

    window: Literal["live"] = "live"
    steps: list[FunnelStep]
    median_seconds_to_convert: float | None = Field(description="first impression to paid order")


class Rate(Figures):
    """The same rate counted by people and by actions of viewers; the two are never mixed."""

    per_viewer: Ratio
    per_action: Ratio


class Clicks(Figures):
    """From cards to clicks, from clicks to orders."""

    ctr: Rate = Field(
        description="clicks ÷ impressions; by actions, at most one click counts for each impression of the same product"
    )
    ctor: Rate = Field(
        description="orders ÷ clicks; by actions, at most one order counts for each click on the same product"
    )


class Conversion(Figures):
    """|B(s) ∩ V(s)| ÷ |V(s)|, for orders until `closes_at`."""

    window: WindowName
    closes_at: datetime | None = Field(description="null until the show has ended")
    provisional: bool = Field(description="the window is still open: more may come")
    rate: Ratio | None = Field(
        description="null before the show's start, and for later windows while it runs"
    )
    without_a_view: int | None = Field(
        description="buyers without a view, who are not in the rate; null as the rate"
    )


class Sales(Figures):
    """Paid orders of some people, in the currency that they stand beside."""

    orders: int
    units: int
    gmv_minor: int


class Money(Figures):
    """What was sold to the audience, in one currency; all in minor units."""

    currency: str
    orders: int
    units: int
    gmv_minor: int
    without_a_view: Sales = Field(description="of these, what people without a view bought")
    suspected_bots: Sales | None = Field(
        description="of these, what suspected bots bought; null where nobody looked for them"
    )
    staff: Sales = Field(description="beside these, what staff and analysts bought")
    reported: Sales | None = Field(
        description="of these, what the shop's own cart took and reported; null where it reported nothing"
    )
    refunded_minor: int = Field(
        description="what was given back of these orders since, whoever took them; shipping is in neither"
    )
    net_minor: int = Field(description="GMV − refunded")
    aov_minor: int | None = Field(description="GMV ÷ orders, rounded half up")
    gpm_minor: int | None = Field(description="GMV ÷ views × 1000, rounded half up")


class PeriodRate(Figures):
    """Customers of the channel with two or more paid orders inside the period, of those with one or more.

    A customer has watched one of the shows in which they bought.
    """

    since: datetime
    until: datetime
    rate: Ratio


class Repeat(Figures):
    """Who came back and who bought again; guests who did not agree to be recognised are in neither side."""

    window_days: int
    viewers_before: Ratio | None = Field(
        description="of V(s), seen in an earlier show of the channel within the window"
    )
    viewers_again: Ratio | None = Field(
        description="of V(s), seen again within the window; null until it has passed"
    )
    viewers_again_known_at: datetime | None
    buyers_before: Ratio | None = Field(description="of B(s), bought before in this channel")
    buyers_seen_before: Ratio | None = Field(description="of B(s), seen in an earlier show within the window")
    buyers_in_period: PeriodRate | None


class ProductSales(Figures):
    """What a product brought in one currency."""

    currency: str
    orders: int
    units: int
    gmv_minor: int
    without_a_view: Sales = Field(description="of these, what people without a view bought")


class ProductFigures(Figures):
    """One product in this show, its variants among it, whatever currencies it sold in. Viewers count once, actions each time."""

    product: str
    title: str
    impressions: int
    impressed: int = Field(description="viewers who saw it")
    clicks: int
    clickers: int = Field(description="viewers who opened it")
    orders: int
    units: int
    buyers: int = Field(description="viewers who bought it")
    ctr: Ratio = Field(description="viewers who saw and opened it, of those who saw it")
    ctor: Ratio = Field(description="viewers who opened and bought it, of those who opened it")
    sales: list[ProductSales] = Field(
        description="what it brought in each currency that it sold in; in its own where it sold in none"
    )
    variants: list[VariantFigures] = Field(
        description="of the orders, units and money, those of each variant that was sold; empty where the product has none"
    )
    without_a_view: ProductTotals = Field(description="of the totals, those of people without a view")


class Headline(Figures):
    """A sentence for a person: its `key` names the text in the page's dictionary, `numbers` fill it."""

    key: str
    numbers: dict[str, int | float | str]


class ShowReport(Figures):
    """All figures of one show at one moment."""

    definition_version: int
    as_of: datetime
    provisional: bool = Field(description="the show has not ended, or its last facts are not in yet")
    show: ReportedShow
    left_out: LeftOut
    headlines: list[Headline]
    audience: Audience
    engagement: Engagement
    questions: QuestionsAndAnswers
    funnel: Funnel
    clicks: Clicks
    conversion: list[Conversion]
    money: list[Money]
    repeat: Repeat
    surveys: list[SurveyFigures] = Field(description="those that were opened, in that order")
    products: list[ProductFigures]
    replay: ReplayFigures | None = Field(
        default=None, description="what was done at the show's replay; null where nothing of one is recorded"
    )
