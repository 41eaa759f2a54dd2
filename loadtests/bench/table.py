"""The tables of `docs/performance.md`, in Markdown; what was asked of Showfloor is in `goals`."""

from collections.abc import Sequence

from loadtests.bench.results import Delivery, PeerResult, Run

NONE = "–"


def peers_table(run: Run) -> str:
    """Every peer beside every other, as far as it takes part."""
    head = [
        "",
        "version",
        f"CPU µs per delivery, {run.sizes.slow_rate:g}/s × {run.sizes.room:,}",
        "p50 / p99 ms",
        f"the same, {run.sizes.fast_rate:g}/s × {run.sizes.room:,}",
        "delivered in time",
        "p50 / p99 ms",
        f"{run.sizes.crowd_rate:g}/s × {run.sizes.crowd:,}",
        "delivered in time",
        "p50 / p99 ms",
        f"{run.sizes.calm_rate:g}/s × {run.sizes.calm:,}: p50 / p99 ms",
        f"joins: {run.sizes.crowd:,} in, s",
        "KiB per viewer",
    ]
    return markdown(head, [_peer_cells(p) for p in run.peers])


def _peer_cells(peer: PeerResult) -> list[str]:
    if peer.not_here:
        return [peer.title, f"not here: {_one_line(peer.not_here)}", *[NONE] * 11]
    weight = peer.weight
    return [
        peer.title,
        peer.version or NONE,
        *_delivery_cells(peer.slow, with_share=False),
        *_delivery_cells(peer.fast),
        *_delivery_cells(peer.crowd),
        f"{peer.calm.p50_ms:.1f} / {peer.calm.p99_ms:.1f}" if peer.calm and peer.calm.delivered else NONE,
        join_cell(peer),
        f"{weight.grown_kib:.1f}" if weight else NONE,
    ]


def _delivery_cells(found: Delivery | None, *, with_share: bool = True) -> list[str]:
    if found is None:
        return [NONE] * (3 if with_share else 2)
    share = "all" if found.whole else f"{found.delivered / found.due:.0%}"
    return [
        f"{found.cpu_us:.1f}",
        *([share] if with_share else []),
        f"{found.p50_ms:,.0f} / {found.p99_ms:,.0f}" if found.delivered else NONE,
    ]


def join_cell(peer: PeerResult) -> str:
    """Seconds until the last was in: the middle one, and how far they scatter."""
    times = [j.seconds for j in peer.joins if not j.lost]
    if not times:
        return "lost some" if peer.joins else NONE
    bare = "" if peer.whole else " (upgrade)"
    scatter = f" ({min(times):.1f}–{max(times):.1f})" if len(times) > 1 else ""
    return f"{peer.median_join_seconds:.1f}{scatter}{bare}"


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
    return markdown(["", "FastAPI, `send_text` in a loop", "Showfloor, whole", "ratio"], rows)


def _beside(what: str, loop: float, ours: float) -> list[str]:
    return [what, f"{loop:,.1f}", f"{ours:,.1f}", f"{ours / loop:.2f}"]


def growth_table(run: Run) -> str:
    """CPU and times as the room grows."""
    grown = [p for p in (run.peer("c"), run.peer("showfloor")) if p and p.growth]
    head = ["viewers"] + [f"{p.title}: {what}" for p in grown for what in ("CPU µs per delivery", "p99 ms")]
    rows = [
        [f"{at[0].viewers:,}"]
        + [cell for d in at for cell in (f"{d.cpu_us:.1f}{split(d)}", f"{d.p99_ms:.0f}")]
        for at in zip(*(p.growth for p in grown), strict=False)
    ]
    return markdown(head, rows) if rows else ""


def swarm_table(run: Run) -> str:
    """How busy the swarm's own core was."""
    sizes = run.sizes
    rows = [
        [p.title, *(f"{s:.0%}" if s is not None else NONE for s in _shares(p))]
        for p in run.peers
        if not p.not_here
    ]
    head = [
        "the swarm's share of its core",
        f"{sizes.slow_rate:g}/s × {sizes.room:,}",
        f"{sizes.fast_rate:g}/s × {sizes.room:,}",
        f"{sizes.crowd_rate:g}/s × {sizes.crowd:,}",
        f"joins of {sizes.crowd:,}",
        f"{sizes.inbound_rate:,.0f} commands/s",
    ]
    return markdown(head, rows)


def _shares(peer: PeerResult) -> list[float | None]:
    deliveries = [d.swarm_share if d else None for d in (peer.slow, peer.fast, peer.crowd)]
    joins = peer.joins[0].swarm_share if peer.joins else None
    return [*deliveries, joins, peer.inbound.swarm_share if peer.inbound else None]


def faults_list(run: Run) -> str:
    """What did not go as meant."""
    lines = [f"- {p.title}, {row}: {_one_line(why)}" for p in run.peers for row, why in p.faults.items()]
    return "\n".join(lines)


def split(found: Delivery) -> str:
    """How much of a delivery was the engines', where there are any."""
    return split_of(found.cpu_by_process)


def split_of(by_process: dict[str, float]) -> str:
    """How much of it was the engines', where there are any."""
    engines = {n: us for n, us in by_process.items() if n.startswith(("postgres", "valkey"))}
    if not engines:
        return ""
    return " (" + ", ".join(f"{name.partition('-')[0]} {us:.2g}" for name, us in engines.items()) + ")"


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")[:200]


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Put cells into a table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
