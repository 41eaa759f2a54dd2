"""What a report says of a survey. Of one person the newest answer counts; all figures are about viewers of the show alone."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from server.stats.chance import Interval
from server.stats.lifetime.nps import NetPromoterScore
from server.stats.ratio import Figures, Ratio

SurveyKind = Literal["nps", "choice", "stars", "text"]


class SharedRatio(Ratio):
    """A share with its interval."""

    interval: Interval | None = Field(description="95 % (Wilson); null when whole is 0")


class ChoiceFigures(Figures):
    """One of the answers that could be chosen."""

    text: str
    chosen: SharedRatio = Field(description="of those who answered")


class StarFigures(Figures):
    """What the stars come to."""

    n: int
    mean: float | None = Field(description="1 to 5; null without an answer")
    interval: Interval | None = Field(
        description="95 %, by the normal distribution; null with fewer than two"
    )
    given: list[int] = Field(description="how many gave 1, 2, 3, 4, 5")


class Behaviour(Figures):
    """What those did in the show who answered alike."""

    answer: str = Field(
        description="promoter, passive or detractor; 1 to 5 stars; or the place of a choice, from 0"
    )
    viewers: int
    mean_watch_seconds: float | None
    bought: SharedRatio = Field(description="of them, whenever they bought in the show")
    returning: SharedRatio = Field(
        description="of those whom the channel may recognise, who had been in an earlier show within the window"
    )


class SurveyFigures(Figures):
    """What one survey of the show came to."""

    survey: str
    kind: SurveyKind
    question: str
    product: str | None
    opened_at: datetime
    response: SharedRatio = Field(description="viewers who answered, of those who were shown the card")
    without_a_view: int = Field(description="answers of people without a view, in no figure here")
    written: int = Field(description="answers with words")
    nps: NetPromoterScore | None = Field(description="of a score from 0 to 10")
    choices: list[ChoiceFigures]
    stars: StarFigures | None
    behaviour: list[Behaviour]
