"""A rule holds for the same people whether everybody is counted, or SQL is asked about a few."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from server.db.engine import Database
from server.stats.columns.shelf import Shelf
from server.stats.lifetime.membership_repository import read_members_of
from server.stats.lifetime.names_repository import Members
from server.stats.lifetime.record_repository import read_record
from server.stats.lifetime.segment_rules import Counted, Elapsed, NameOp, NumberOp, Rule
from server.stats.lifetime.segmented import find_members
from server.stats.lifetime.service import Lifetimes
from server.zones import find_zone
from tests.integration.stats.lifetime.history import AS_OF, PEOPLE, History, histories
from tests.integration.stats.lifetime.test_people import CLOCK, RANDOMLY, on_rows, url

__all__ = ["url"]

RULE: TypeAdapter[Any] = TypeAdapter(Rule)
WORDS = {
    "source": ["mail", "line"],
    "device": ["phone", "desktop"],
    "lifecycle": ["new", "returning", "repeat_buyer", "lapsed"],
    "nps_class": ["promoter", "passive", "detractor"],
}
numbers = st.sampled_from([0, 1, 2, 3, 30, 60, 1_000, 2_000])
number_ops = st.sampled_from(get_args(NumberOp))
counted = st.fixed_dictionaries(
    {"metric": st.sampled_from(get_args(Counted)), "op": number_ops, "value": numbers},
    optional={"days": st.sampled_from([1, 30, 100, 300])},
)
elapsed = st.fixed_dictionaries(
    {"metric": st.sampled_from(get_args(Elapsed)), "op": number_ops, "value": numbers}
)


def _named(metric: str, op: str, words: list[str]) -> dict[str, Any]:
    return {"metric": metric, "op": op, "value": words if op == "in" else words[0]}


named = st.one_of(
    [
        st.builds(
            _named,
            st.just(metric),
            st.sampled_from(get_args(NameOp)),
            st.permutations(words).map(lambda w: w[:2]),
        )
        for metric, words in WORDS.items()
    ]
)
conditions = st.one_of(counted, elapsed, named)
several = st.lists(conditions, min_size=1, max_size=3)
rules = st.one_of(
    conditions,
    st.builds(lambda some, more: {"all": [{"any": some}, *more]}, several, several),
    st.builds(lambda some, more: {"any": [{"all": some}, *more]}, several, several),
)


@settings(RANDOMLY, max_examples=15)
@given(histories, st.lists(rules, min_size=5, max_size=12), st.integers(0, 150))
def test_a_rule_holds_for_the_same_people(
    url: str, history: History, asked: list[dict[str, Any]], days: int
) -> None:
    async def ask(database: Database, channel: str) -> list[tuple[Any, frozenset[str], set[str]]]:
        found = []
        async with Lifetimes(database, CLOCK).reading(channel) as (connection, now):
            scope = replace(now, as_of=AS_OF - timedelta(days=days))
            record, _ = await read_record(connection, Shelf(None), scope, answers=True)
            for each in asked:
                rule = RULE.validate_python(each)
                members = Members(record.names, find_members(record, rule, find_zone(scope.time_zone)).who)
                counted = await members.among(connection, PEOPLE)
                found.append((each, counted, await read_members_of(connection, scope, rule, PEOPLE)))
        return found

    assert [each for each in on_rows(url, history, ask) if each[1] != each[2]] == []
