"""The figures as JSON Schema, from which the pages make their types: written by `python -m server.generate`."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from server.stats.channel.moments import MomentsReport
from server.stats.channel.report import Breakdown, ChannelReport, Comparison
from server.stats.joint import JointReport
from server.stats.lifetime.kpi_map import KpiMap
from server.stats.lifetime.lifetime_report import ChurnReport, LifetimeReport, RetentionReport
from server.stats.lifetime.segment_bodies import (
    BuiltInReport,
    MapViewerPage,
    Preview,
    SegmentPage,
    ViewerPage,
)
from server.stats.report import ShowReport
from server.stats.series_report import SeriesReport
from server.stats.visits.visits_report import VisitsReport
from server.stats.visits.word_report import WordOfMouthReport

ANSWERS: tuple[type[BaseModel], ...] = (
    ShowReport,
    JointReport,
    SeriesReport,
    ChannelReport,
    Comparison,
    Breakdown,
    MomentsReport,
    RetentionReport,
    LifetimeReport,
    ChurnReport,
    BuiltInReport,
    Preview,
    SegmentPage,
    ViewerPage,
    KpiMap,
    MapViewerPage,
    VisitsReport,
    WordOfMouthReport,
)


def report_schema(more: Sequence[type[BaseModel]] = ()) -> dict[str, Any]:
    """The answers by name under `$defs`, as the server writes them; `more` are those of rooms above."""
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (each, "serialization") for each in (*ANSWERS, *more)
    ]
    _, schema = models_json_schema(wanted, title="The figures of Showfloor")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def as_json(more: Sequence[type[BaseModel]] = ()) -> str:
    """`report_schema()` as the file in the repository."""
    return json.dumps(report_schema(more), indent=2, ensure_ascii=False) + "\n"
