"""The figures of a show over time, and what the host's side did: the shape of `GET /v1/shows/{show}/stats/series`."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from server.stats.ratio import Figures
from server.stats.report import ReportedShow

MarkKind = Literal[
    "product.pinned",
    "product.unpinned",
    "question.pinned",
    "question.unpinned",
    "question.answered",
    "announce",
    "offer.opened",
    "offer.closed",
]


class Mark(Figures):
    """Something that the host's side did, to be drawn on the curves."""

    t: float = Field(description="seconds since the show's start")
    at: datetime
    kind: MarkKind
    subject: str | None = Field(description="id of the product, question or offer")
    text: str | None = Field(
        description="the title of the product, also of an offer's, the question, or what was announced"
    )


class SeriesReport(Figures):
    """Columns of equal length: row i covers [t[i], t[i] + step_seconds) since the show's start."""

    definition_version: int
    as_of: datetime
    provisional: bool
    show: ReportedShow
    step_seconds: int = Field(description="the step asked for, or a wider one when the show is long")
    suspected_bots_left_out: int | None = Field(
        description="how many are not in these columns; null where nobody looked for them"
    )
    t: list[int]
    watching: list[int] = Field(
        description="most viewers at once within the step, so that its greatest is the peak"
    )
    reactions: list[int]
    questions: list[int] = Field(description="asked, dismissed ones left out")
    clicks: list[int]
    orders: list[int]
    marks: list[Mark]
