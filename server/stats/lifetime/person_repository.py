"""From a rule to SQL: names of columns from this table alone, all values as parameters. Pure.

`PERSON` are `WITH` members behind `PEOPLE_OF` and `PURCHASES_OF`. Its last is `person`: one row for each of the viewers as of `:at_date`,
which is no later than `:as_of`, by which the members before it read. It has every column that rules may ask for but the scores of RFM,
which compare everybody: who asks for those, or about everybody, counts columns (`holding.py`). A property test holds the two together.
"""

from collections.abc import Sequence
from typing import Any, Final, get_args

from server.stats.lifetime.segment_rules import (
    All,
    AllOf,
    Counted,
    NameCondition,
    NumberCondition,
    Part,
    Rule,
    conditions,
    parts,
)
from server.stats.lifetime.segments import LAPSED_DAYS

_OF_SHOWS: Final[dict[str, str]] = {
    "shows": "count(*)",
    "watched_seconds": "div(sum(watched_us), 1000000)",
    **{
        name: f"sum({name})"
        for name in ("views", "reactions", "impressions", "clicks", "shares", "questions", "votes")
    },
}
_OF_PURCHASES: Final[dict[str, str]] = {
    "orders": "count(DISTINCT order_id)",
    "units": "coalesce(sum(units), 0)",
    "net_minor": "coalesce(sum(net_minor) FILTER (WHERE in_own), 0)",
}
assert {*_OF_SHOWS, *_OF_PURCHASES} == set(get_args(Counted))
_AT: Final = "CAST(:at_date AS timestamptz)"
_ELAPSED: Final = {
    f"days_since_{name}": f"(CAST({_AT} AT TIME ZONE :zone AS date) - person.{name})"
    for name in ("first_seen", "last_seen", "first_order", "last_order")
}
_OPS: Final = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{how} AS {name}" for name, how in columns.items())


PERSON: Final = f"""
    viewing AS (
        SELECT viewer_id, min(at) AS first_seen_at, max(at) AS last_seen_at, (array_agg(source ORDER BY at, show_id))[1] AS source,
               (array_agg(device ORDER BY at DESC, show_id) FILTER (WHERE device IS NOT NULL))[1] AS device, {_listed(_OF_SHOWS)}
        FROM seen WHERE at < {_AT} GROUP BY viewer_id
    ), buying AS (
        SELECT viewer_id, CAST(min(at) AT TIME ZONE :zone AS date) AS first_order,
               CAST(max(at) AT TIME ZONE :zone AS date) AS last_order, {_listed(_OF_PURCHASES)}
        FROM purchase WHERE at < {_AT} GROUP BY viewer_id
    ), opinion AS MATERIALIZED (
        SELECT DISTINCT ON (coalesce(k.canonical, a.viewer_id)) coalesce(k.canonical, a.viewer_id) AS viewer_id,
               CASE WHEN a.score >= 9 THEN 'promoter' WHEN a.score >= 7 THEN 'passive' ELSE 'detractor' END AS nps_class
        FROM survey_answer AS a JOIN survey ON survey.id = a.survey_id AND survey.kind = 'nps' AND survey.channel_id = :channel
        LEFT JOIN viewer_alias AS k ON k.show_id = a.show_id AND k.raw = a.viewer_id AND k.taken_back_at IS NULL
        WHERE a.score IS NOT NULL AND a.changed_at < {_AT}
        ORDER BY coalesce(k.canonical, a.viewer_id), a.changed_at DESC
    ), person AS MATERIALIZED (
        SELECT v.*, opinion.nps_class,
               coalesce(b.orders, 0) AS orders, coalesce(b.units, 0) AS units, coalesce(b.net_minor, 0) AS net_minor,
               b.first_order, b.last_order,
               CAST(first_seen_at AT TIME ZONE :zone AS date) AS first_seen, CAST(last_seen_at AT TIME ZONE :zone AS date) AS last_seen,
               CASE WHEN last_seen_at < {_AT} - interval '{LAPSED_DAYS} days' THEN 'lapsed'
                    WHEN b.orders >= 2 THEN 'repeat_buyer' WHEN shows >= 2 THEN 'returning' ELSE 'new' END AS lifecycle
        FROM viewing AS v LEFT JOIN buying AS b USING (viewer_id) LEFT JOIN opinion USING (viewer_id)
    )"""


class Compiled:
    """Rules as conditions on `person`: what has to stand behind it in WITH, what it is to be joined with, and all parameters.

    `conditions[i]` is that of the i-th rule; the parameters' names begin with `rule_`.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.given: dict[str, Any] = {}
        self.members = self.joins = ""
        every = (one for rule in rules for one in conditions(rule))
        for days in sorted({one.days for one in every if isinstance(one, NumberCondition) and one.days}):
            self._add_recent(days)
        self.conditions = [self._write(rule) for rule in rules]

    def _add_recent(self, days: int) -> None:
        """Add what was done in so many days before."""
        since = f"at < {_AT} AND at >= {_AT} - {self._bind(days)} * interval '1 day'"
        for name, columns, source in (
            ("viewing", _OF_SHOWS, "seen"),
            ("buying", _OF_PURCHASES, "purchase"),
        ):
            self.members += (
                f", {name}_{days} AS (SELECT viewer_id, {_listed(columns)} FROM {source}"
                f" WHERE {since} GROUP BY viewer_id)"
            )
            self.joins += f" LEFT JOIN {name}_{days} ON {name}_{days}.viewer_id = person.viewer_id"

    def _bind(self, value: Any) -> str:
        name = f"rule_{len(self.given)}"
        self.given[name] = value
        return f":{name}"

    def _write(self, rule: Part) -> str:
        if isinstance(rule, NumberCondition):
            return f"{_number(rule)} {_OPS[rule.op]} CAST({self._bind(rule.value)} AS bigint)"
        if isinstance(rule, NameCondition):
            holds = f"person.{rule.metric} = ANY({self._bind(rule.values)})"
            # A word that nobody knows is none of those that were named.
            return f"(({holds}) IS NOT TRUE)" if rule.op == "!=" else f"(({holds}) IS TRUE)"
        word = " AND " if isinstance(rule, All | AllOf) else " OR "
        return "(" + word.join(self._write(each) for each in parts(rule)) + ")"


def _number(rule: NumberCondition) -> str:
    if rule.days is not None:
        table = "viewing" if rule.metric in _OF_SHOWS else "buying"
        return f"coalesce({table}_{rule.days}.{rule.metric}, 0)"
    return _ELAPSED.get(rule.metric, f"person.{rule.metric}")
