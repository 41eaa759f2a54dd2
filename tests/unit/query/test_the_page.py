"""The examples of `docs/query.md` are questions, and the catalogue tells figures apart as they are made."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.query.catalogue import METRICS, kind_of
from server.query.grammar import Query
from server.stats.chance import Sample
from server.stats.channel.facts import Part, PartFacts, Till
from server.stats.channel.figures import Terms, build_figures
from server.stats.report import Sales

PAGE = Path(__file__).parents[3] / "docs/query.md"


def test_every_example_is_a_question() -> None:
    examples = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(examples) >= 2
    for example in examples:
        Query.model_validate(json.loads(example))


def test_every_figure_of_a_channel_can_be_asked_for_and_is_of_its_kind() -> None:
    sales = Sales(orders=1, units=1, gmv_minor=1)
    till = Till("JPY", sales, sales, sales, sales, sales, Sample(3, 3.0, 3.0), sales, 0)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    figures = build_figures(PartFacts(Part([], now), tills=[till]), Terms(now, timedelta(days=90)))
    assert {figure.key: figure.kind for figure in figures} == {
        each: kind_of(each) for each in METRICS if each in {figure.key for figure in figures}
    }
