"""The SQL of the KPI map: a channel's viewers over a period, each once, sorted into groups by what they were when it began."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.chance import Sample
from server.stats.lifetime.nps import NetPromoterScore, of_classes
from server.stats.lifetime.people_repository import PEOPLE, PURCHASES, Scope
from server.stats.lifetime.person_repository import PERSON, Compiled
from server.stats.lifetime.segment_rules import Rule

MapBy = Literal["lifecycle", "rfm", "nps", "saved", "source", "device"]
ShareMetric = Literal["engaged", "clicked", "asked", "bought", "came_again"]
MeanMetric = Literal["watch_seconds", "shows", "orders", "net_minor"]
ScoreMetric = Literal["nps"]
Metric = ShareMetric | MeanMetric | ScoreMetric
SHARES: Final[tuple[ShareMetric, ...]] = ("engaged", "clicked", "asked", "bought", "came_again")
MEANS: Final[tuple[MeanMetric, ...]] = ("watch_seconds", "shows", "orders", "net_minor")
EVERYBODY: Final = "*"
UNKNOWN: Final = "unknown"
NO_CUSTOMER: Final = "no_customer"
NO_ANSWER: Final = "no_answer"
GROUPS_MAX: Final = 50

# Who came by which way, and on what, can be told of everybody; what they had been before only of whom the channel may recognise.
_HERE: Final[dict[bool, str]] = {
    True: "SELECT * FROM seen WHERE at >= :since",
    False: "SELECT * FROM came WHERE views > 0 AND NOT left_out AND at >= :since",
}
_BOUGHT: Final[dict[bool, str]] = {
    True: "SELECT * FROM purchase WHERE at >= :since",
    False: """SELECT sold.*, sold.currency = :currency AS in_own FROM sold LEFT JOIN came USING (show_id, viewer_id)
              WHERE sold.at >= :since AND coalesce(NOT came.left_out, true)""",
}
_GROUP: Final[dict[MapBy, str]] = {
    "lifecycle": "CASE WHEN person.viewer_id IS NULL THEN 'new' WHEN person.lifecycle = 'new' THEN 'returning' ELSE person.lifecycle END",
    "rfm": f"coalesce(person.rfm_group, '{NO_CUSTOMER}')",
    "nps": f"coalesce(person.nps_class, '{NO_ANSWER}')",
    "source": f"coalesce(visit.source, '{UNKNOWN}')",
    "device": f"coalesce(visit.device, '{UNKNOWN}')",
}
_PLACED: Final = """
    WITH {people}, {purchases}, {person}{members}, here AS ({here}), visit AS (
        SELECT viewer_id, count(*) AS shows, sum(watched_us) / 1000000.0 AS watch_seconds,
               bool_or(reactions + questions + votes + shares + clicks + survey_answers > 0) AS engaged, bool_or(clicks > 0) AS clicked,
               bool_or(questions > 0) AS asked, (array_agg(source ORDER BY at, show_id))[1] AS source,
               (array_agg(device ORDER BY at, show_id) FILTER (WHERE device IS NOT NULL))[1] AS device
        FROM here GROUP BY viewer_id
    ), basket AS (
        SELECT viewer_id, count(DISTINCT order_id) AS orders, sum(net_minor) FILTER (WHERE in_own) AS net_minor
        FROM ({bought}) AS b GROUP BY viewer_id
    ), said AS (
        SELECT DISTINCT ON (here.viewer_id) here.viewer_id, a.score
        FROM survey_answer AS a JOIN survey ON survey.id = a.survey_id AND survey.kind = 'nps' AND survey.channel_id = :channel
        LEFT JOIN viewer_alias AS k ON k.show_id = a.show_id AND k.raw = a.viewer_id AND k.taken_back_at IS NULL
        JOIN here ON here.show_id = a.show_id AND here.viewer_id = coalesce(k.canonical, a.viewer_id)
        WHERE a.score IS NOT NULL AND a.changed_at <= :as_of
        ORDER BY here.viewer_id, a.changed_at DESC, a.survey_id DESC, a.viewer_id DESC
    ), placed AS (
        SELECT visit.viewer_id, grouped.key, visit.engaged, visit.clicked, visit.asked, coalesce(basket.orders, 0) > 0 AS bought,
               visit.shows > 1 AS came_again, visit.watch_seconds, visit.shows, coalesce(basket.orders, 0) AS orders,
               coalesce(basket.net_minor, 0) AS net_minor, said.score AS nps
        FROM visit LEFT JOIN basket USING (viewer_id) LEFT JOIN said USING (viewer_id)
        LEFT JOIN person ON person.viewer_id = visit.viewer_id{joins}
        CROSS JOIN LATERAL unnest(CAST(ARRAY[{keys}] AS text[])) AS grouped (key) WHERE grouped.key IS NOT NULL
    )
"""
_SUMS: Final = ", ".join(
    [
        *(f"count(*) FILTER (WHERE {name}) AS {name}" for name in SHARES),
        *(
            f"CAST(sum({name}) AS double precision) AS {name},"
            f" CAST(sum(CAST({name} AS double precision) ^ 2) AS double precision) AS {name}_squares"
            for name in MEANS
        ),
        "count(*) FILTER (WHERE nps >= 9) AS promoters",
        "count(*) FILTER (WHERE nps IN (7, 8)) AS passives",
        "count(*) FILTER (WHERE nps <= 6) AS detractors",
    ]
)
_MAP: Final = f"SELECT key, count(*) AS n, {_SUMS} FROM placed GROUP BY key"


@dataclass(frozen=True, slots=True)
class Group:
    """Some viewers of the period: how many, how many of them did each thing, what each did of the others, and how they answered last."""

    key: str
    n: int
    parts: dict[ShareMetric, int]
    samples: dict[MeanMetric, Sample]
    nps: NetPromoterScore


@dataclass(frozen=True, slots=True)
class Sorting:
    """By what, from which moment (up to `Scope.as_of`), and which saved segments there are."""

    by: MapBy
    since: datetime
    saved: Mapping[str, Rule]

    @property
    def known_only(self) -> bool:
        """Whether people must be recognisable to be sorted."""
        return self.by not in ("source", "device")


async def read_groups(connection: AsyncConnection, scope: Scope, sorting: Sorting) -> list[Group]:
    """Return everybody, whose key is `*`, and each group that somebody is in."""
    statement, given = _placed(scope, sorting)
    rows = await connection.execute(text(f"{statement} {_MAP}"), given)
    return [_group(row._mapping) for row in rows]


@dataclass(frozen=True, slots=True)
class CellViewer:
    """A viewer behind a cell: what they have of its metric, and as what they last asked something in the channel."""

    viewer_id: str
    value: float
    name: str | None


async def read_cell(
    connection: AsyncConnection,
    scope: Scope,
    sorting: Sorting,
    cell: tuple[str, Metric],
    page: tuple[str, int],
) -> list[CellViewer]:
    """Return viewers of the group `cell[0]` by id: behind the id `page[0]`, at most `page[1]`.

    Of shares the value is 0 or 1; of the score it is the answer, and nobody is told who gave none.
    """
    statement, given = _placed(scope, sorting)
    key, metric = cell
    value = f"CAST({metric} AS integer)" if metric in SHARES else metric
    wanted = f"""{statement}, few AS (
            SELECT viewer_id, CAST({value} AS double precision) AS value FROM placed
            WHERE key = :key AND {metric} IS NOT NULL AND viewer_id > :after ORDER BY viewer_id LIMIT :limit)
        SELECT viewer_id, value, (
            SELECT q.author FROM question AS q JOIN own ON own.id = q.show_id WHERE q.viewer_id = few.viewer_id
            ORDER BY q.asked_at DESC LIMIT 1) AS name
        FROM few ORDER BY viewer_id"""
    asked = {**given, "key": key, "after": page[0], "limit": page[1]}
    rows = await connection.execute(text(wanted), asked)
    return [CellViewer(row.viewer_id, row.value, row.name) for row in rows]


def _placed(scope: Scope, sorting: Sorting) -> tuple[str, dict[str, Any]]:
    compiled = Compiled(list(sorting.saved.values()) if sorting.by == "saved" else [])
    names = {f"saved_{i}": key for i, key in enumerate(sorting.saved)} if sorting.by == "saved" else {}
    keys = [f"CASE WHEN {holds} THEN :saved_{i} END" for i, holds in enumerate(compiled.conditions)]
    statement = _PLACED.format(
        people=PEOPLE,
        purchases=PURCHASES,
        person=PERSON,
        members=compiled.members,
        joins=compiled.joins,
        here=_HERE[sorting.known_only],
        bought=_BOUGHT[sorting.known_only],
        keys=", ".join([f"'{EVERYBODY}'", *(keys if sorting.by == "saved" else [_GROUP[sorting.by]])]),
    )
    given = {**scope.given, **compiled.given, **names, "since": sorting.since, "at_date": sorting.since}
    return statement, given


def _group(row: RowMapping) -> Group:
    n = int(row["n"])
    return Group(
        row["key"],
        n,
        {name: int(row[name]) for name in SHARES},
        {name: Sample(n, float(row[name]), float(row[f"{name}_squares"])) for name in MEANS},
        of_classes(int(row["promoters"]), int(row["passives"]), int(row["detractors"])),
    )
