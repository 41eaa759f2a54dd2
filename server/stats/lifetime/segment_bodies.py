"""What is sent and answered about segments."""

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import AfterValidator, BaseModel, Field

from server.clock import to_wire
from server.http.params import ENTITY_ID, Moment, OneLine, RequestBody
from server.stats.chance import Interval
from server.stats.lifetime.calendar import Day
from server.stats.lifetime.lifetime_report import OfChannel
from server.stats.lifetime.segment_rules import Rule, require_small
from server.stats.lifetime.segment_tables import SegmentRow
from server.stats.ratio import Figures, Ratio

NAME_MAX = 80

SegmentId = Annotated[
    str,
    Path(pattern=ENTITY_ID, max_length=40, description="A saved segment's id, or a built-in one's name."),
]
SmallRule = Annotated[Rule, AfterValidator(require_small)]
Name = Annotated[OneLine, Field(min_length=1, max_length=NAME_MAX, pattern=r"^[^\r\n\t]*\S[^\r\n\t]*$")]


class SegmentRequest(RequestBody):
    """A new segment."""

    name: Name
    rule: SmallRule


class SegmentChanges(RequestBody):
    """What is to change; what is not sent stays."""

    name: Name | None = None
    rule: SmallRule | None = None


class PreviewRequest(RequestBody):
    """A rule to try."""

    rule: SmallRule
    as_of: Annotated[Day, Field(strict=False)] | None = None


class SegmentBody(BaseModel):
    """A saved segment."""

    id: str
    name: str
    rule: dict[str, Any] = Field(description="As it was sent.")
    version: int
    created_at: Moment
    changed_at: Moment


class SegmentPage(BaseModel):
    """A page of saved segments, the newest first."""

    segments: list[SegmentBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class BuiltInSegment(Figures):
    """A segment that every channel has, and who is in it."""

    segment: str
    kind: Literal["lifecycle", "rfm"]
    found: Ratio = Field(description="of all people for a lifecycle, of customers for a group of RFM")
    interval: Interval | None


class BuiltInReport(OfChannel):
    """The built-in segments as of a day."""

    people: int = Field(description="with a view in a show, whom the channel may recognise")
    customers: int = Field(description="those of them who bought")
    segments: list[BuiltInSegment]


class Preview(OfChannel):
    """Whom a rule holds for as of a day."""

    found: Ratio = Field(description="of all people with a view whom the channel may recognise")
    sample: list[str] = Field(description="ids of a few of them")


class ViewerPage(BaseModel):
    """A page of viewers, by id."""

    viewers: list[str]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class MapViewer(BaseModel):
    """A viewer behind a cell of the map."""

    viewer: str
    value: float = Field(
        description="What they have of the cell's metric; of a share 1 who did it, 0 who did not."
    )
    name: str | None = Field(
        description="As they were called when they last asked something; to hosts and admins alone."
    )


class MapViewerPage(BaseModel):
    """A page of the viewers behind a cell, by id."""

    viewers: list[MapViewer]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


def as_body(row: SegmentRow) -> SegmentBody:
    """Return a segment as the API shows it."""
    return SegmentBody(
        id=row.id,
        name=row.name,
        rule=row.rule,
        version=row.version,
        created_at=to_wire(row.created_at),
        changed_at=to_wire(row.changed_at),
    )
