"""The operations page and the dashboard speak of the settings and metrics that there are, and of no others."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY

import server.app  # noqa: F401 (registers every metric)
from server.settings import Settings

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "operations.md").read_text()
DASHBOARD = TOP / "docker" / "grafana" / "dashboards" / "showfloor.json"
_METRIC = re.compile(r"\bshowfloor_[a-z_]+")


def setting_rows() -> dict[str, list[str]]:
    """The cells of each table row that begins with a setting."""
    found = {}
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `SHOWFLOOR_"):
            found[cells[0].strip("`").removeprefix("SHOWFLOOR_").lower()] = cells
    return found


def as_written(default: Any) -> str:
    """A default as the page writes it."""
    if default is None:
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, int | float):
        return str(default)
    if isinstance(default, Path) and default.is_absolute():
        return f"`{default.relative_to(TOP)}`"
    return f"`{default}`"


def metrics() -> dict[str, str]:
    """Each metric of ours by its name on `/metrics`, with its type."""
    found = {}
    for family in REGISTRY.collect():
        if family.name.startswith("showfloor_"):
            found[family.name + ("_total" if family.type == "counter" else "")] = family.type
    return found


def expressions(panel: Any) -> Iterator[str]:
    """Every query anywhere in a dashboard."""
    if isinstance(panel, dict):
        if isinstance(panel.get("expr"), str):
            yield panel["expr"]
        for value in panel.values():
            yield from expressions(value)
    elif isinstance(panel, list):
        for value in panel:
            yield from expressions(value)


def test_the_page_lists_every_setting_and_no_other() -> None:
    assert set(setting_rows()) == set(Settings.model_fields)


def test_the_page_says_each_default_as_the_code_has_it() -> None:
    rows = setting_rows()
    defaults = {
        name: as_written(field.get_default(call_default_factory=True))
        for name, field in Settings.model_fields.items()
    }
    wrong = {name: default for name, default in defaults.items() if default not in rows[name]}
    assert wrong == {}


def test_the_dashboard_asks_for_metrics_that_there_are() -> None:
    known = {name.removesuffix("_total") if kind == "counter" else name for name, kind in metrics().items()}
    asked = {
        re.sub(r"_(total|bucket|sum|count)$", "", name)
        for expression in expressions(json.loads(DASHBOARD.read_text()))
        for name in _METRIC.findall(expression)
    }
    assert asked
    assert asked <= known
