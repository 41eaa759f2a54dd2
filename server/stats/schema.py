"""The figures as JSON Schema, from which the pages make their types: written by `python -m server.generate`."""

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from server.stats.report import ShowReport
from server.stats.series_report import SeriesReport


def report_schema() -> dict[str, Any]:
    """The report of a show and its series, by name under `$defs`, as the server answers them."""
    _, schema = models_json_schema(
        [(ShowReport, "serialization"), (SeriesReport, "serialization")],
        title="The figures of Showfloor",
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def as_json() -> str:
    """`report_schema()` as the file in the repository."""
    return json.dumps(report_schema(), indent=2, ensure_ascii=False) + "\n"
