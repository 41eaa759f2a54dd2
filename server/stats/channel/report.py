"""The shapes of a channel's figures: over a period with its steps, beside another period, in parts."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from server.stats.chance import Chance
from server.stats.channel.figure import Figure
from server.stats.ratio import Figures
from server.stats.report import Headline, ShowState


class LeftOutOfPeriod(Figures):
    """Who is in the shows' record and not in these figures, or not in all of them; each counted once."""

    suspected_bots: int | None = Field(
        description="null where nobody looked for them in one of the shows, and none are known"
    )
    staff: int
    without_a_view: int
    guests_without_consent: int = Field(description="viewers who count here but not in repeat figures")


class Period(Figures):
    """Whole days of the channel's time zone: `since` is the first moment of `first`, `until` the first after `last`."""

    first: date
    last: date
    since: datetime
    until: datetime


class Step(Figures):
    """One day, week, month or show; people are counted once within it."""

    period: Period | None = Field(description="null where the step is a show")
    whole: bool = Field(description="false for a week or month of which the period has only a part")
    show: "StepShow | None" = None
    figures: list[Figure]


class StepShow(Figures):
    """The show that a step is."""

    id: str
    title: str
    state: ShowState
    started_at: datetime
    ended_at: datetime | None
    watching: list[int] = Field(
        description="the most at once in each of up to 48 equal lengths of the show; empty until it is known"
    )


class About(Figures):
    """What figures of a channel share: by which definitions, as of when, of whom."""

    definition_version: int
    as_of: datetime
    provisional: bool = Field(description="a show of the period has not ended, or its last facts are not in")
    channel: str
    time_zone: str
    currency: str
    window_days: int = Field(description="W, the window of the repeat figures")


class ChannelReport(About):
    """A channel over a period: a show belongs to the day on which it started, with all that came of it."""

    period: Period
    by: Literal["day", "week", "month", "show"] | None
    left_out: LeftOutOfPeriod
    figures: list[Figure]
    steps: list[Step]


class Change(Figures):
    """What became of a figure, from `b` to `a`."""

    key: str
    currency: str | None
    a: Figure | None = Field(
        description="null where there is no such figure, of a currency that nothing was sold in"
    )
    b: Figure | None
    absolute: float | int | None = Field(
        description="a - b: of shares the difference, 0.01 is one point, of a score points"
    )
    relative: float | None = Field(description="a ÷ b - 1; null where b is 0, and of a score")
    chance: Chance | None = Field(
        description="null for totals, of which chance says nothing, and where a side has too little"
    )


class Side(Figures):
    """One side of a comparison: a period, or a show."""

    period: Period | None
    show: StepShow | None
    provisional: bool
    left_out: LeftOutOfPeriod


class Comparison(About):
    """Two periods or two shows side by side. `a` is asked about, `b` is what it is held against."""

    a: Side
    b: Side
    changes: list[Change]
    sentences: list[Headline] = Field(description="what changed by more than chance, and what it comes from")


class PartOf(Figures):
    """The people of one part, each counted once in it."""

    label: str = Field(description="empty for those of whom it is not known")
    title: str | None = Field(default=None, description="of a product")
    viewers: int
    figures: list[Figure]


class Breakdown(About):
    """A period or a show in parts, the largest first."""

    period: Period | None
    show: str | None
    by: str
    whole: PartOf
    parts: list[PartOf]
    overlap: int = Field(
        description="how many more the parts' viewers add up to than there are: people who are in several parts; "
        "less than 0: people who are in none"
    )
