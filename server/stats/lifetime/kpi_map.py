"""The KPI map: groups of viewers by metric, each cell against the channel's mean. Pure."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

from pydantic import Field

from server.stats.chance import Chance, Interval, Sample, compare_means, compare_shares, wilson
from server.stats.lifetime.cohorts import SMALL
from server.stats.lifetime.lifetime_report import OfChannel
from server.stats.lifetime.mapped import (
    EVERYBODY,
    MEANS,
    NO_ANSWER,
    NO_CUSTOMER,
    SHARES,
    UNKNOWN,
    Group,
    MapBy,
    MeanMetric,
    Metric,
    ShareMetric,
)
from server.stats.lifetime.nps import NetPromoterScore, NpsClass, compare_scores, of_classes
from server.stats.lifetime.rfm import GROUPS
from server.stats.lifetime.segments import LIFECYCLES
from server.stats.ratio import Figures

GROUPS_MAX: Final = 50


class MapCell(Figures):
    """One metric of one group."""

    metric: Metric
    kind: Literal["share", "mean", "score"]
    value: float | None = Field(
        description="a share, a mean per viewer, or a score from -100 to 100; null without viewers, or answers"
    )
    part: int | None = Field(description="of a share: how many did it")
    n: int = Field(description="viewers; of a score those who answered")
    interval: Interval | None = Field(
        description="95 %: Wilson's of a share, by the normal distribution of a mean and a score"
    )
    against_mean: float | None = Field(
        description="value ÷ that of everybody, minus 1: 0.5 is half as much again; null where that of everybody is 0. "
        "Of a score: how many points it is above that of everybody"
    )
    chance: Chance | None = Field(
        description="against everybody who is not in the group; null for everybody, or where nothing can be told"
    )
    small: bool = Field(description="n < 30: not to be made much of")


class MapRow(Figures):
    """One group."""

    key: str = Field(
        description="new, returning, …; a group of RFM, or `no_customer`; promoter, …, or `no_answer`; "
        "the id of a saved segment; a source or device, or `unknown`"
    )
    name: str | None = Field(description="of a saved segment")
    n: int
    share: float | None = Field(description="of everybody")
    cells: list[MapCell]


class KpiMap(OfChannel):
    """Groups × metrics over a period."""

    by: MapBy
    since: str = Field(description="first day, in the channel's zone")
    until: str = Field(description="last day")
    currency: str = Field(description="of `net_minor`")
    everybody: MapRow
    rows: list[MapRow]


def build_rows(groups: Sequence[Group], by: MapBy, names: dict[str, str]) -> tuple[MapRow, list[MapRow]]:
    """Return everybody, and the groups: built-in and saved ones in their order, empty ones too; others the greatest first."""
    found = {group.key: group for group in groups}
    everybody = found.pop(EVERYBODY, _empty(EVERYBODY))
    order = _order(by, names) or sorted(found, key=lambda key: (key == UNKNOWN, -found[key].n, key))
    shown = [found.get(key) or _empty(key) for key in order[:GROUPS_MAX]]
    return _row(everybody, everybody, {}), [_row(group, everybody, names) for group in shown]


def _order(by: MapBy, names: dict[str, str]) -> list[str]:
    if by == "lifecycle":
        return list(LIFECYCLES)
    if by == "rfm":
        return [*GROUPS, NO_CUSTOMER]
    if by == "nps":
        return [*get_args(NpsClass), NO_ANSWER]
    return list(names) if by == "saved" else []


def _empty(key: str) -> Group:
    return Group(key, 0, dict.fromkeys(SHARES, 0), dict.fromkeys(MEANS, Sample(0, 0, 0)), of_classes(0, 0, 0))


def _row(group: Group, everybody: Group, names: dict[str, str]) -> MapRow:
    cells = [_share_cell(name, group, everybody) for name in SHARES]
    return MapRow(
        key=group.key,
        name=names.get(group.key),
        n=group.n,
        share=group.n / everybody.n if everybody.n else None,
        cells=[
            *cells,
            *(_mean_cell(name, group, everybody) for name in MEANS),
            _score_cell(group.nps, everybody.nps),
        ],
    )


def _share_cell(metric: ShareMetric, group: Group, everybody: Group) -> MapCell:
    part, of_all = group.parts[metric], everybody.parts[metric]
    rest = (of_all - part, everybody.n - group.n)
    value = part / group.n if group.n else None
    return MapCell(
        metric=metric,
        kind="share",
        value=value,
        part=part,
        n=group.n,
        interval=wilson(part, group.n),
        against_mean=_against(value, of_all / everybody.n if everybody.n else None),
        chance=compare_shares(part, group.n, *rest),
        small=group.n < SMALL,
    )


def _mean_cell(metric: MeanMetric, group: Group, everybody: Group) -> MapCell:
    mine, of_all = group.samples[metric], everybody.samples[metric]
    rest = Sample(of_all.n - mine.n, of_all.total - mine.total, of_all.squares - mine.squares)
    value = mine.mean if mine.n else None
    return MapCell(
        metric=metric,
        kind="mean",
        value=value,
        part=None,
        n=group.n,
        interval=mine.interval,
        against_mean=_against(value, of_all.mean if of_all.n else None),
        chance=compare_means(mine, rest),
        small=group.n < SMALL,
    )


def _score_cell(mine: NetPromoterScore, of_all: NetPromoterScore) -> MapCell:
    rest = of_classes(
        of_all.promoters - mine.promoters,
        of_all.passives - mine.passives,
        of_all.detractors - mine.detractors,
    )
    return MapCell(
        metric="nps",
        kind="score",
        value=mine.score,
        part=None,
        n=mine.n,
        interval=mine.interval,
        against_mean=None if mine.score is None or of_all.score is None else mine.score - of_all.score,
        chance=compare_scores(mine, rest),
        small=mine.n < SMALL,
    )


def _against(value: float | None, mean: float | None) -> float | None:
    return value / mean - 1 if value is not None and mean else None
