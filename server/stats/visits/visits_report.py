"""The shapes of what is said of page views. `docs/figures.md` defines each field."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from server.stats.channel.report import Period
from server.stats.ratio import Figures

Dimension = Literal[
    "referrer", "source", "medium", "campaign", "content", "term", "device", "page", "site", "phase"
]
DIMENSIONS: tuple[Dimension, ...] = (
    "referrer", "source", "medium", "campaign", "content", "term", "device", "page", "site", "phase",
)  # fmt: skip
LABELS_MAX = 50
"""Of each dimension; the rest is one row."""


class OfWhat(Figures):
    """What every answer about how people came carries: of a show, or of a channel's days."""

    definition_version: int
    as_of: datetime
    provisional: bool = Field(description="a show runs, or more may come until the period's end")
    channel: str
    time_zone: str
    currency: str
    show: str | None = Field(description="the show's id; null: a period")
    period: Period | None = Field(description="days of the channel's time zone; null: a show")


class Steps(Figures):
    """How far people came who opened a page: those of whom an id may be kept. Each step is a part of the one before."""

    visitors: int = Field(description="people who opened a page, each once")
    joined: int = Field(description="of them, entered a show")
    viewed: int = Field(description="of them, have a qualified view")
    bought: int = Field(description="of them, have a paid order")


class VisitPart(Steps):
    """Page views of one label, and people whose first known label it was."""

    label: str | None = Field(description="null: none, or not known")
    others: bool = Field(description="all labels together that have no row of their own")
    page_views: int
    visits: int = Field(description="visits that began with such a page view")


class VisitBreakdown(Figures):
    """Page views by one dimension, the most first."""

    by: Dimension
    parts: list[VisitPart]


class LeftOutOfVisits(Figures):
    """Page views that are in no other figure."""

    crawlers: int = Field(description="page views of known crawlers")
    suspects_and_staff: int = Field(
        description="page views of suspected bots, and of people of the host's side"
    )


class VisitsReport(OfWhat):
    """Page views, visits and visitors; and beside them everybody who came, whether their page views are known or not."""

    page_views: int
    without_an_id: int = Field(description="of `page_views`: nobody agreed to be recognised, or signed in")
    before: int = Field(description="of `page_views`: before the show began")
    live: int
    after: int = Field(description="of `page_views`: since the show ended")
    visits: int = Field(
        description="of those with an id: a visit ends after 30 min without a page view or playing"
    )
    steps: Steps
    everybody: Steps = Field(
        description="all who joined, viewed and bought, with an id or without; `visitors` is 0, since nobody can count them"
    )
    breakdowns: list[VisitBreakdown]
    left_out: LeftOutOfVisits
