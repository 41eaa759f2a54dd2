"""Of whom a rule holds, over all of a channel's people at once. Pure."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from functools import reduce
from typing import Any, Final, get_args

import numpy as np

from server.stats.columns.rows import Column
from server.stats.lifetime.nps import class_of
from server.stats.lifetime.persons import NEVER, Asked, Persons
from server.stats.lifetime.rfm import GROUPS
from server.stats.lifetime.segment_rules import (
    All,
    AllOf,
    Counted,
    Elapsed,
    NameCondition,
    NumberCondition,
    NumberOp,
    Part,
    Rule,
    conditions,
    parts,
)
from server.stats.lifetime.segments import LIFECYCLES

_OPS: Final[Mapping[NumberOp, Callable[[Any, Any], Column]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SCORES: Final = tuple(range(11))


def asked_by(rules: Sequence[Rule], at: int, zone: tzinfo) -> Asked:
    """Return what has to be known of people as of a moment so that it can be told of whom these rules hold."""
    every = [one for rule in rules for one in conditions(rule)]
    return Asked(
        at,
        zone,
        {
            (one.metric, one.days)
            for one in every
            if isinstance(one, NumberCondition) and one.metric in get_args(Counted)
        },
        {one.metric for one in every if one.metric in ("source", "device")},
        first_seen=any(one.metric == "days_since_first_seen" for one in every),
    )


def holds(rule: Part, persons: Persons) -> Column:
    """Return for whom a rule holds. Who had not been seen has no number but of the last days, and no word."""
    if isinstance(rule, NumberCondition):
        return _number_holds(rule, persons)
    if isinstance(rule, NameCondition):
        found = _is_any_of(rule, persons)
        # A word that nobody knows is none of those that were named.
        return ~found if rule.op == "!=" else found
    join = np.logical_and if isinstance(rule, All | AllOf) else np.logical_or
    return reduce(join, [holds(each, persons) for each in parts(rule)])


def _number_holds(rule: NumberCondition, persons: Persons) -> Column:
    compare = _OPS[rule.op]
    if rule.metric in get_args(Counted):
        held = compare(persons.number(rule.metric, rule.days), rule.value)
        return held if rule.days is not None else held & persons.there
    if rule.metric in get_args(Elapsed):
        days = persons.days_since(rule.metric.removeprefix("days_since_"))  # type: ignore[arg-type]
        known: Column = compare(days, rule.value) & (days != NEVER)
        return known
    scores = persons.scores[rule.metric]
    found: Column = compare(scores.astype(np.int64), rule.value) & (scores > 0)
    return found


def _is_any_of(rule: NameCondition, persons: Persons) -> Column:
    match rule.metric:
        case "source" | "device" as name:
            return persons.is_any_of(name, rule.values)
        case "lifecycle":
            return np.isin(persons.lifecycle, [i for i, one in enumerate(LIFECYCLES) if one in rule.values])
        case "rfm_group":
            return np.isin(persons.rfm_group, [i for i, one in enumerate(GROUPS) if one in rule.values])
        case "nps_class":
            return np.isin(persons.score, [one for one in _SCORES if class_of(one) in rule.values])
