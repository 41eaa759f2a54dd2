"""The grammar of segments' rules: what is a rule, and that nothing of it becomes part of a statement."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from server.stats.lifetime.person_repository import Compiled
from server.stats.lifetime.segment_bodies import SmallRule

RULE: TypeAdapter[Any] = TypeAdapter(SmallRule)
ONE = {"metric": "orders", "op": ">", "value": 1}
NESTED = {"all": [{"any": [{"all": [ONE]}]}]}


@pytest.mark.parametrize(
    "rule",
    [
        {"metric": "orders", "op": ">=", "value": 2, "days": 90},
        {"metric": "recency", "op": "=", "value": 5},
        {"metric": "source", "op": "in", "value": ["mail", "line"]},
        {"all": [{"any": [{"metric": "lifecycle", "op": "!=", "value": "lapsed"}]}]},
    ],
)
def test_a_rule_is_taken_and_given_back_as_it_was(rule: object) -> None:
    taken = RULE.validate_python(rule)
    assert RULE.dump_python(taken, exclude_none=True) == rule


@pytest.mark.parametrize(
    "rule",
    [
        {"metric": "password", "op": "=", "value": 1},
        {"metric": "orders", "op": "like", "value": 1},
        {"metric": "orders", "op": "=", "value": "1"},
        {"metric": "orders", "op": "=", "value": 1.5},
        {"metric": "orders", "op": "=", "value": 10**16},
        {"metric": "recency", "op": "=", "value": 1, "days": 9},
        {"metric": "source", "op": "<", "value": "a"},
        {"metric": "source", "op": "in", "value": "mail"},
        {"metric": "source", "op": "=", "value": ["mail"]},
        {"metric": "source", "op": "=", "value": "a\x00"},
        {"all": []},
        {"all": [], "any": []},
        {"none": [{"metric": "orders", "op": "=", "value": 1}]},
        {"any": [ONE] * 21},
        {"any": [{"all": [ONE] * 11}, {"all": [ONE] * 10}]},
        {"all": [{"all": [ONE]}]},
        NESTED,
        "1 = 1",
        None,
        [],
    ],
)
def test_anything_else_is_refused(rule: object) -> None:
    with pytest.raises(ValidationError):
        RULE.validate_python(rule)


words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=40)


def compiled_of(word: str, number: int) -> tuple[str, Compiled]:
    conditions = [
        {"metric": "source", "op": "=", "value": word},
        {"metric": "units", "op": "<", "value": number, "days": 7},
    ]
    compiled = Compiled([RULE.validate_python({"any": conditions})])
    return compiled.members + compiled.joins + compiled.conditions[0], compiled


@given(words, st.integers(-(10**15), 10**15))
def test_no_value_is_ever_in_the_statement(word: str, number: int) -> None:
    statement, compiled = compiled_of(word, number)
    assert statement == compiled_of("x", 0)[0]
    assert set(re.findall(r":(rule_\d+)", statement)) == set(compiled.given)
    assert [word] in compiled.given.values()
    assert number in compiled.given.values()
