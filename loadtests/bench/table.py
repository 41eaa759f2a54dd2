"""The tables of `docs/performance.md`, in Markdown."""

from collections.abc import Callable, Sequence

from loadtests.bench.results import Delivery, PeerResult, Run

NONE = "–"


def peers_table(run: Run) -> str:
    """Every peer beside every other, as far as it takes part."""
    head = [
        "",
        "version",
        f"CPU µs per delivery, {run.sizes['slow_rate']:g}/s × {run.sizes['room']:,}",
        "p99 ms",
        f"the same, {run.sizes['fast_rate']:g}/s × {run.sizes['room']:,}",
        "delivered in time",
        "p99 ms",
        f"{run.sizes['crowd_rate']:g}/s × {run.sizes['crowd']:,}",
        "delivered in time",
        "p99 ms",
        f"joins: {run.sizes['crowd']:,} in, s",
        "KiB per viewer",
    ]
    return _table(head, [_peer_cells(p) for p in run.peers])


def _peer_cells(peer: PeerResult) -> list[str]:
    if peer.not_here:
        return [peer.title, f"not here: {_one_line(peer.not_here)}", *[NONE] * 10]
    weight = peer.weight
    return [
        peer.title,
        peer.version or NONE,
        *_delivery_cells(peer.slow, with_share=False),
        *_delivery_cells(peer.fast),
        *_delivery_cells(peer.crowd),
        _join_cell(peer),
        f"{weight.grown_kib:.1f}" if weight else NONE,
    ]


def _delivery_cells(found: Delivery | None, *, with_share: bool = True) -> list[str]:
    if found is None:
        return [NONE] * (3 if with_share else 2)
    share = "all" if found.whole else f"{found.delivered / found.due:.0%}"
    return [
        f"{found.cpu_us:.1f}",
        *([share] if with_share else []),
        f"{found.p99_ms:,.0f}" if found.delivered else NONE,
    ]


def _join_cell(peer: PeerResult) -> str:
    times = [j.seconds for j in peer.joins if not j.lost]
    if not times:
        return "lost some" if peer.joins else NONE
    bare = "" if peer.whole else " (upgrade)"
    scatter = f" ({min(times):.1f}–{max(times):.1f})" if len(times) > 1 else ""
    return f"{peer.median_join_seconds:.1f}{scatter}{bare}"


def goals_table(run: Run) -> str:
    """What was asked of Showfloor, the peer in the same run, and what was found."""
    rows = [row for make in GOALS if (row := make(run)) is not None]
    return _table(["", "asked", "peer, bare, same run", "Showfloor, whole", "ratio", ""], rows)


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
        f"{ours.slow.cpu_us:.1f}{_split(ours.slow)}",
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
    return f"{found.cpu_us:.2f}{_split(found)}, {came} delivered, p99 {found.p99_ms:.0f} ms"


def _crowd(run: Run) -> list[str] | None:
    ours, rival = run.peer("showfloor"), run.peer("nchan")
    if not (ours and ours.crowd and rival and rival.crowd):
        return None
    ratio = ours.crowd.cpu_us / rival.crowd.cpu_us
    return _goal(
        f"{ours.crowd.viewers:,} viewers in one room, {ours.crowd.rate:g}/s",
        "≤ nchan in both",
        f"nchan {rival.crowd.cpu_us:.1f} µs, p99 {rival.crowd.p99_ms:.0f} ms",
        f"{ours.crowd.cpu_us:.1f} µs{_split(ours.crowd)}, p99 {ours.crowd.p99_ms:.0f} ms",
        ratio,
        met=ratio <= 1 and ours.crowd.whole and ours.crowd.p99_ms <= rival.crowd.p99_ms,
    )


def _joins(run: Run) -> list[str] | None:
    ours, rival = run.peer("showfloor"), run.peer("nchan")
    if not (ours and rival and ours.median_join_seconds and rival.median_join_seconds):
        return None
    ratio = ours.median_join_seconds / rival.median_join_seconds
    return _goal(
        f"joins: {ours.joins[0].viewers:,} sockets until each has its `joined` with snapshot, s",
        "≤ nchan",
        f"nchan, bare upgrade: {_join_cell(rival).removesuffix(' (upgrade)')}",
        f"{_join_cell(ours)}: {ours.joins[0].viewers / ours.median_join_seconds:,.0f} a second",
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
    engines = _split_of(found.cpu_by_process)
    return _goal(
        f"`react` at {found.rate:,.0f}/s over {run.sizes['room']:,} sockets, rate-limited, tallied, recorded: CPU µs each",
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
    _joins,
    _kib,
    _inbound,
    _idle,
)


def fastapi_table(run: Run) -> str:
    """Showfloor beside the loop that everybody writes first."""
    ours, loop = run.peer("showfloor"), run.peer("fastapi")
    if not (ours and loop and ours.slow and loop.slow and ours.weight and loop.weight):
        return ""
    rows = [
        _beside(
            f"CPU µs per delivery, {ours.slow.rate:g}/s × {ours.slow.viewers:,}",
            loop.slow.cpu_us,
            ours.slow.cpu_us,
        ),
        _beside("KiB per joined viewer", loop.weight.grown_kib, ours.weight.grown_kib),
    ]
    if ours.median_join_seconds and loop.median_join_seconds:
        viewers = ours.joins[0].viewers
        rows.append(
            _beside("joins a second", viewers / loop.median_join_seconds, viewers / ours.median_join_seconds)
        )
    return _table(["", "FastAPI, `send_text` in a loop", "Showfloor, whole", "ratio"], rows)


def _beside(what: str, loop: float, ours: float) -> list[str]:
    return [what, f"{loop:,.1f}", f"{ours:,.1f}", f"{ours / loop:.2f}"]


def growth_table(run: Run) -> str:
    """CPU and times as the room grows."""
    grown = [p for p in (run.peer("c"), run.peer("showfloor")) if p and p.growth]
    head = ["viewers"] + [f"{p.title}: {what}" for p in grown for what in ("CPU µs per delivery", "p99 ms")]
    rows = [
        [f"{at[0].viewers:,}"]
        + [cell for d in at for cell in (f"{d.cpu_us:.1f}{_split(d)}", f"{d.p99_ms:.0f}")]
        for at in zip(*(p.growth for p in grown), strict=False)
    ]
    return _table(head, rows) if rows else ""


def swarm_table(run: Run) -> str:
    """How busy the swarm's own core was."""
    rows = [
        [p.title, *(f"{s:.0%}" if s is not None else NONE for s in _shares(p))]
        for p in run.peers
        if not p.not_here
    ]
    head = [
        "the swarm's share of its core",
        "20/s × 1,000",
        "300/s × 1,000",
        "4/s, the crowd",
        "joins",
        "inbound",
    ]
    return _table(head, rows)


def _shares(peer: PeerResult) -> list[float | None]:
    deliveries = [d.swarm_share if d else None for d in (peer.slow, peer.fast, peer.crowd)]
    joins = peer.joins[0].swarm_share if peer.joins else None
    return [*deliveries, joins, peer.inbound.swarm_share if peer.inbound else None]


def faults_list(run: Run) -> str:
    """What did not go as meant."""
    lines = [f"- {p.title}, {row}: {_one_line(why)}" for p in run.peers for row, why in p.faults.items()]
    return "\n".join(lines)


def _split(found: Delivery) -> str:
    return _split_of(found.cpu_by_process)


def _split_of(by_process: dict[str, float]) -> str:
    """How much of it was the engines', where there are any."""
    engines = {n: us for n, us in by_process.items() if n.startswith(("postgres", "valkey"))}
    if not engines:
        return ""
    return " (" + ", ".join(f"{name.partition('-')[0]} {us:.2g}" for name, us in engines.items()) + ")"


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")[:200]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
