"""What is sent and answered about targets and actions."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from server.http.params import EntityId, OneLine, RequestBody
from server.plan.metrics import AMOUNT_MAX, METRICS, Direction, Metric
from server.plan.rules import State, Verdict
from server.stats.channel.figure import Figure, Kind

TEXT_MAX = 300
Words = Annotated[OneLine, Field(min_length=1, max_length=4 * TEXT_MAX)]


def _as_day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) == 10 else value
        except ValueError:
            raise ValueError("a day is written as 2026-11-26") from None
    raise ValueError("a day is written as 2026-11-26")


GivenDay = Annotated[date, BeforeValidator(_as_day)]


class TargetRequest(RequestBody):
    """What one metric is to come to."""

    metric: Metric
    amount: Annotated[float, Field(strict=False, ge=-100, le=AMOUNT_MAX, allow_inf_nan=False)] = Field(
        description="A share from 0 to 1, seconds, a count, minor units of the channel's currency, or a score from -100 to 100."
    )
    direction: Direction | None = Field(default=None, description="The metric's own where none is sent.")


class TargetsRequest(RequestBody):
    """All targets of a show, each metric once; what is not among them is no target any more."""

    targets: list[TargetRequest] = Field(max_length=len(METRICS))


class PlannedShow(BaseModel):
    """Which show it is about."""

    id: str
    title: str
    state: str
    starts_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


class TargetBody(BaseModel):
    """A target, and what came of it."""

    metric: Metric
    kind: Kind
    direction: Direction
    amount: float
    currency: str | None
    set_at: datetime
    after_start: bool = Field(description="it was set, or changed, when the show had begun")
    actual: Figure | None = Field(
        description="the figure that the report has; null as long as the show has not begun"
    )
    difference: float | None = Field(description="actual − target; of shares 0.01 is one point, of a score 1")
    verdict: Verdict


class TargetsBody(BaseModel):
    """A show's targets, in the order of its report. `version` is theirs."""

    show: PlannedShow
    version: int
    definition_version: int
    as_of: datetime
    provisional: bool = Field(description="the show runs, or its last facts are not in")
    currency: str
    targets: list[TargetBody]


class Suggestion(BaseModel):
    """What a metric came to in the last shows."""

    metric: Metric
    kind: Kind
    direction: Direction
    currency: str | None
    mean: float | None
    median: float | None
    n: int = Field(description="how many of the shows it is known of")


class SuggestionsBody(BaseModel):
    """Every metric that may have a target, with what it came to in the channel's last shows before this one."""

    currency: str
    shows: list[PlannedShow]
    suggestions: list[Suggestion]


class ActionRequest(RequestBody):
    """What is to be done next."""

    text: Words
    owner: EntityId | None = Field(default=None, description="The id of one of the channel's people.")
    due_on: GivenDay | None = Field(
        default=None, description="By which day of the channel's time zone; null: by the next show."
    )


class ActionChanges(RequestBody):
    """What is to change; what is not sent stays. `owner` and `due_on` may be null."""

    text: Words = ""
    owner: EntityId | None = None
    due_on: GivenDay | None = None
    state: State = "open"

    def as_changes(self) -> dict[str, Any]:
        """Return what was sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Owner(BaseModel):
    """Who is to do it. Of somebody who has left the channel nothing is known any more."""

    id: str | None
    name: str | None
    former: bool


class ShowRef(BaseModel):
    """The show that an action was written down in."""

    id: str
    title: str
    at: datetime | None


class ActionBody(BaseModel):
    """An action."""

    id: str
    text: str
    owner: Owner | None
    due_on: date | None = Field(description="null: by the next show")
    overdue: bool
    state: State
    show: ShowRef | None = Field(description="where it was written down; null: beside all shows")
    created_at: datetime
    closed_at: datetime | None
    version: int


class ShowActions(BaseModel):
    """The actions that are with a show."""

    written: list[ActionBody] = Field(description="in this show, for what comes next")
    carried: list[ActionBody] = Field(
        description="from earlier shows; those that were closed since the last one too"
    )


class ActionPage(BaseModel):
    """A page of actions, the newest first."""

    actions: list[ActionBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class Outlook(BaseModel):
    """A show that is to come, and whether anything was planned for it."""

    show: PlannedShow
    targets: int
    carried: int = Field(description="actions that will be with it")


class Settling(BaseModel):
    """A figure of a show that will be final at a known time."""

    show: PlannedShow
    figure: Literal["conversion_24h", "conversion_7d", "conversion_30d", "viewers_again"]
    at: datetime


class LastShow(BaseModel):
    """How the last show stands against its targets."""

    show: PlannedShow
    provisional: bool
    reached: int
    missed: int
    open: int = Field(description="neither yet")
    targets: list[TargetBody]


class Due(BaseModel):
    """What is due in a channel."""

    as_of: datetime
    next_shows: list[Outlook] = Field(description="the next three")
    actions: list[ActionBody] = Field(
        description="those open, the overdue and the earliest first, up to twenty"
    )
    open_actions: int
    settling: list[Settling] = Field(description="the next five")
    last_show: LastShow | None
