"""What is asked of Showfloor, row by row, and what each run found: the peer, the ratio, and whether it is met."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loadtests.bench.results import Delivery, PeerResult, Run
from loadtests.bench.table import NONE, join_cell, markdown, split, split_of


@dataclass(frozen=True, slots=True)
class Goal:
    """One row, in one run. `ratio` is ours to the peer's, where there is a peer."""

    what: str
    asked: str
    peer: str
    ours: str
    ratio: float | None
    met: bool


def goals_table(runs: Sequence[Run]) -> str:
    """What is asked of Showfloor, and for each run the peer, what was found, and the ratio; runs stand in the order in which they ran."""
    head = ["", "asked", *(f"{run.at}: peer → **Showfloor** (ratio)" for run in runs), "met"]
    rows = []
    for make in GOALS:
        found = [make(run) for run in runs]
        known = [goal for goal in found if goal is not None]
        if known:
            rows.append([known[0].what, known[0].asked, *map(_cell, found), _verdict(known)])
    return markdown(head, rows)


def _cell(goal: Goal | None) -> str:
    if goal is None:
        return NONE
    ratio = f" ({goal.ratio:.2f})" if goal.ratio else ""
    peer = f"{goal.peer} → " if goal.peer else ""
    return f"{peer}**{goal.ours}**{ratio}"


def _verdict(goals: Sequence[Goal]) -> str:
    met = sum(goal.met for goal in goals)
    if met == len(goals):
        return "yes"
    return f"**in {met} of {len(goals)}**" if met else "**no**"


def _pair(run: Run, rival: str) -> tuple[PeerResult, PeerResult] | None:
    ours, other = run.peer("showfloor"), run.peer(rival)
    return (ours, other) if ours and other else None


def _deliveries(run: Run, row: str, rival: str) -> tuple[Delivery, Delivery] | None:
    """Return ours and the rival's of one row; None unless both were measured."""
    pair = _pair(run, rival)
    if pair is None:
        return None
    ours, other = (getattr(peer, row) for peer in pair)
    return (ours, other) if ours and other else None


def _slow_cpu(run: Run) -> Goal | None:
    measured = _deliveries(run, "slow", "nchan")
    if measured is None:
        return None
    ours, rival = measured
    ratio = ours.cpu_us / rival.cpu_us
    return Goal(
        f"CPU µs per delivery, {ours.rate:g}/s × {ours.viewers:,}",
        "≤ 1.2 × nchan",
        f"nchan {rival.cpu_us:.1f}",
        f"{ours.cpu_us:.1f}{split(ours)}",
        ratio,
        met=ratio <= 1.2,
    )


def _slow_p99(run: Run) -> Goal | None:
    measured = _deliveries(run, "slow", "nchan")
    if measured is None:
        return None
    ours, rival = measured
    ratio = ours.p99_ms / rival.p99_ms
    return Goal(
        "the same: p50 / p99, ms",
        "p99 ≤ 3 × nchan",
        f"nchan {_times(rival)}",
        _times(ours),
        ratio,
        met=ours.whole and ratio <= 3,
    )


def _fast(run: Run) -> Goal | None:
    measured = _deliveries(run, "fast", "nats")
    if measured is None:
        return None
    ours, rival = measured
    ratio = ours.cpu_us / rival.cpu_us
    return Goal(
        f"CPU µs per delivery, {ours.rate:g}/s × {ours.viewers:,}, all delivered",
        "≤ half of NATS",
        f"NATS {rival.cpu_us:.1f}",
        _cost(ours),
        ratio,
        met=ratio <= 0.5 and ours.whole,
    )


def _fast_limit(run: Run) -> Goal | None:
    measured = _deliveries(run, "fast", "c-tick")
    if measured is None:
        return None
    ours, rival = measured
    ratio = ours.cpu_us / rival.cpu_us
    return Goal(
        "the same", "≤ 1.3 × C per tick", f"C {rival.cpu_us:.2f}", _cost(ours), ratio, met=ratio <= 1.3
    )


def _fast_p99(run: Run) -> Goal | None:
    ours = run.peer("showfloor")
    if not (ours and ours.fast):
        return None
    return Goal(
        "the same: p50 / p99, ms",
        "p99 ≤ 60",
        "",
        _times(ours.fast),
        None,
        met=ours.fast.whole and ours.fast.p99_ms <= 60,
    )


def _calm(run: Run) -> Goal | None:
    measured = _deliveries(run, "calm", "nchan")
    if measured is None:
        return None
    ours, rival = measured
    return Goal(
        f"{ours.rate:g}/s × {ours.viewers:,}: p50 / p99, ms",
        "p99 ≤ 3",
        f"nchan {_times(rival, digits=1)}",
        _times(ours, digits=1),
        ours.p99_ms / rival.p99_ms,
        met=ours.whole and ours.p99_ms <= 3,
    )


def _times(found: Delivery, *, digits: int = 0) -> str:
    return f"{found.p50_ms:.{digits}f} / {found.p99_ms:.{digits}f}"


def _cost(found: Delivery) -> str:
    came = "" if found.whole else f", {found.delivered / found.due:.1%} delivered"
    return f"{found.cpu_us:.2f}{split(found)}{came}"


def _crowd(run: Run) -> Goal | None:
    measured = _deliveries(run, "crowd", "nchan")
    if measured is None:
        return None
    ours, rival = measured
    ratio = ours.cpu_us / rival.cpu_us
    return Goal(
        f"{ours.viewers:,} viewers in one room, {ours.rate:g}/s: CPU µs; p50 / p99, ms",
        "≤ nchan in CPU and p99",
        f"nchan {rival.cpu_us:.1f}; {_times(rival)}",
        f"{ours.cpu_us:.1f}; {_times(ours)}",
        ratio,
        met=ratio <= 1 and ours.whole and ours.p99_ms <= rival.p99_ms,
    )


def _replies(run: Run) -> Goal | None:
    ours = run.peer("showfloor")
    if not (ours and ours.crowd and ours.crowd.reply_p99_ms is not None):
        return None
    p99_ms = ours.crowd.reply_p99_ms
    return Goal("replies meanwhile, p99 ms", "≤ 20", "", f"{p99_ms:.0f}", None, met=0 <= p99_ms <= 20)


def _joins(run: Run) -> Goal | None:
    pair = _pair(run, "nchan")
    if not (pair and pair[0].median_join_seconds and pair[1].median_join_seconds):
        return None
    ours, rival = pair
    ratio = pair[0].median_join_seconds / pair[1].median_join_seconds
    return Goal(
        f"joins: {ours.joins[0].viewers:,} sockets until each has its `joined` with snapshot, s",
        "≤ 1.1 × nchan",
        f"nchan, bare upgrade, {join_cell(rival).removesuffix(' (upgrade)')}",
        join_cell(ours),
        ratio,
        met=ratio <= 1.1,
    )


def _kib(run: Run) -> Goal | None:
    pair = _pair(run, "nchan")
    if not (pair and pair[0].weight and pair[1].weight):
        return None
    ours, rival = pair[0].weight, pair[1].weight
    return Goal(
        "KiB of memory per joined viewer",
        "≤ 5",
        f"nchan {rival.grown_kib:.1f}",
        f"{ours.grown_kib:.1f}",
        ours.grown_kib / rival.grown_kib,
        met=ours.grown_kib <= 5,
    )


def _inbound(run: Run) -> Goal | None:
    ours, rival = run.peer("showfloor"), run.peer("ws")
    if not (ours and ours.inbound):
        return None
    found, bare = ours.inbound, rival.inbound if rival else None
    lost = (
        "" if found.recorded == found.sent else f", {found.recorded or 0:,} of {found.sent:,} in the report"
    )
    return Goal(
        f"`react` at {found.rate:,.0f}/s over {run.sizes.room:,} sockets, rate-limited, tallied, recorded: CPU µs each",
        "≤ 15",
        f"ws + JSON.parse {bare.cpu_us:.1f}" if bare else "",
        f"{found.cpu_us:.1f}{split_of(found.cpu_by_process)}{lost}",
        found.cpu_us / bare.cpu_us if bare else None,
        met=found.cpu_us <= 15 and found.recorded == found.sent,
    )


def _idle(run: Run) -> Goal | None:
    ours = run.peer("showfloor")
    if not (ours and ours.idle):
        return None
    found = ours.idle
    per_10_000 = (found.percent - found.empty_percent) / found.viewers * 10_000
    return Goal(
        "10,000 idle viewers, pings every 25 s: % of a core, the empty server's beside it",
        "≤ 1.5",
        "",
        f"{per_10_000:.1f} + {found.empty_percent:.1f}",
        None,
        met=per_10_000 <= 1.5,
    )


GOALS: Sequence[Callable[[Run], Goal | None]] = (
    _slow_cpu,
    _slow_p99,
    _fast,
    _fast_limit,
    _fast_p99,
    _calm,
    _crowd,
    _replies,
    _joins,
    _kib,
    _inbound,
    _idle,
)
