"""What was asked of Showfloor, row by row, and what the same run found: the peer, the ratio, and whether it is met."""

from collections.abc import Callable, Sequence

from loadtests.bench.results import Delivery, Run
from loadtests.bench.table import NONE, join_cell, markdown, split, split_of


def goals_table(run: Run) -> str:
    """What was asked of Showfloor, the peer in the same run, and what was found."""
    rows = [row for make in GOALS if (row := make(run)) is not None]
    return markdown(["", "asked", "peer, bare, same run", "Showfloor, whole", "ratio", ""], rows)


def _goal(what: str, asked: str, peer: str, ours: str, ratio: float | None, *, met: bool) -> list[str]:
    return [what, asked, peer, ours, f"{ratio:.2f}" if ratio else NONE, "yes" if met else "**no**"]


def _slow(run: Run) -> list[str] | None:
    ours, rival = run.peer("showfloor"), run.peer("nchan")
    if not (ours and ours.slow and rival and rival.slow):
        return None
    ratio = ours.slow.cpu_us / rival.slow.cpu_us
    return _goal(
        f"CPU µs per delivery, {ours.slow.rate:g}/s × {ours.slow.viewers:,}",
        "≤ nchan",
        f"nchan {rival.slow.cpu_us:.1f}",
        f"{ours.slow.cpu_us:.1f}{split(ours.slow)}",
        ratio,
        met=ratio <= 1,
    )


def _fast(run: Run) -> list[str] | None:
    ours, rival = run.peer("showfloor"), run.peer("nats")
    if not (ours and ours.fast and rival and rival.fast):
        return None
    ratio = ours.fast.cpu_us / rival.fast.cpu_us
    return _goal(
        f"the same, {ours.fast.rate:g}/s, all delivered, p99 ≤ 100 ms",
        "≤ half of NATS",
        f"NATS {rival.fast.cpu_us:.1f}, p99 {rival.fast.p99_ms:.0f} ms",
        _fast_cell(ours.fast),
        ratio,
        met=ratio <= 0.5 and ours.fast.whole and ours.fast.p99_ms <= 100,
    )


def _fast_limit(run: Run) -> list[str] | None:
    ours, rival = run.peer("showfloor"), run.peer("c-tick")
    if not (ours and ours.fast and rival and rival.fast):
        return None
    ratio = ours.fast.cpu_us / rival.fast.cpu_us
    return _goal(
        "the same",
        "≤ 1.3 × C per tick",
        f"C {rival.fast.cpu_us:.2f}",
        _fast_cell(ours.fast),
        ratio,
        met=ratio <= 1.3,
    )


def _fast_cell(found: Delivery) -> str:
    came = "all" if found.whole else f"{found.delivered / found.due:.1%}"
    return f"{found.cpu_us:.2f}{split(found)}, {came} delivered, p99 {found.p99_ms:.0f} ms"


def _crowd(run: Run) -> list[str] | None:
    ours, rival = run.peer("showfloor"), run.peer("nchan")
    if not (ours and ours.crowd and rival and rival.crowd):
        return None
    ratio = ours.crowd.cpu_us / rival.crowd.cpu_us
    return _goal(
        f"{ours.crowd.viewers:,} viewers in one room, {ours.crowd.rate:g}/s",
        "≤ nchan in both",
        f"nchan {rival.crowd.cpu_us:.1f} µs, p99 {rival.crowd.p99_ms:.0f} ms",
        f"{ours.crowd.cpu_us:.1f} µs{split(ours.crowd)}, p99 {ours.crowd.p99_ms:.0f} ms",
        ratio,
        met=ratio <= 1 and ours.crowd.whole and ours.crowd.p99_ms <= rival.crowd.p99_ms,
    )


def _replies(run: Run) -> list[str] | None:
    ours = run.peer("showfloor")
    if not (ours and ours.crowd and ours.crowd.reply_p99_ms is not None):
        return None
    p99_ms = ours.crowd.reply_p99_ms
    return _goal("replies meanwhile, p99 ms", "≤ 20", NONE, f"{p99_ms:.0f}", None, met=0 <= p99_ms <= 20)


def _joins(run: Run) -> list[str] | None:
    ours, rival = run.peer("showfloor"), run.peer("nchan")
    if not (ours and rival and ours.median_join_seconds and rival.median_join_seconds):
        return None
    ratio = ours.median_join_seconds / rival.median_join_seconds
    return _goal(
        f"joins: {ours.joins[0].viewers:,} sockets until each has its `joined` with snapshot, s",
        "≤ nchan",
        f"nchan, bare upgrade: {join_cell(rival).removesuffix(' (upgrade)')}",
        f"{join_cell(ours)}: {ours.joins[0].viewers / ours.median_join_seconds:,.0f} a second",
        ratio,
        met=ratio <= 1,
    )


def _kib(run: Run) -> list[str] | None:
    ours, rival = run.peer("showfloor"), run.peer("nchan")
    if not (ours and ours.weight and rival and rival.weight):
        return None
    weight = ours.weight
    return _goal(
        "KiB of memory per joined viewer",
        "≤ 5",
        f"nchan {rival.weight.grown_kib:.1f}",
        f"{weight.grown_kib:.1f} ({weight.all_kib:.1f} with the {weight.before_mib:.0f} MiB of the empty server and its engines)",
        weight.grown_kib / rival.weight.grown_kib,
        met=weight.grown_kib <= 5,
    )


def _inbound(run: Run) -> list[str] | None:
    ours, rival = run.peer("showfloor"), run.peer("ws")
    if not (ours and ours.inbound):
        return None
    found, bare = ours.inbound, rival.inbound if rival else None
    engines = split_of(found.cpu_by_process)
    return _goal(
        f"`react` at {found.rate:,.0f}/s over {run.sizes.room:,} sockets, rate-limited, tallied, recorded: CPU µs each",
        "≤ 15",
        f"ws + JSON.parse {bare.cpu_us:.1f}" if bare else NONE,
        f"{found.cpu_us:.1f}{engines}; {found.recorded or 0:,} of {found.sent:,} in the report",
        found.cpu_us / bare.cpu_us if bare else None,
        met=found.cpu_us <= 15 and found.recorded == found.sent,
    )


def _idle(run: Run) -> list[str] | None:
    ours = run.peer("showfloor")
    if not (ours and ours.idle):
        return None
    found = ours.idle
    per_10_000 = (found.percent - found.empty_percent) / found.viewers * 10_000
    return _goal(
        f"{found.viewers:,} idle viewers, pings every 25 s: % of a core",
        "≤ 1.5",
        NONE,
        f"{per_10_000:.1f} for 10,000 viewers; {found.percent:.1f} with the {found.empty_percent:.1f} of the empty server and its engines",
        None,
        met=per_10_000 <= 1.5,
    )


GOALS: Sequence[Callable[[Run], list[str] | None]] = (
    _slow,
    _fast,
    _fast_limit,
    _crowd,
    _replies,
    _joins,
    _kib,
    _inbound,
    _idle,
)
