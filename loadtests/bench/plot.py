"""The plot of a run: CPU per delivery, one line for each peer, on a logarithmic scale; plain SVG that follows the page's light or dark."""

from html import escape
from math import ceil, floor, log10

from loadtests.bench.results import Delivery, PeerResult, Run

WIDTH, LEFT, RIGHT, TOP, ROW, BOTTOM = 892, 282, 40, 74, 34, 44
SERIES = (("slow", "a"), ("fast", "b"), ("crowd", "c"))
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.small { font-size: 12px; fill: #57606a } .ours { font-weight: 700 } .head { font-size: 15px; font-weight: 600 }
.grid { stroke: #d0d7de } .join { stroke: #8c959f; stroke-width: 2 }
.a { fill: #0969da } .b { fill: #1a7f37 } .c { fill: #bc4c00 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 } .grid { stroke: #3d444d } .join { stroke: #656c76 }
  .a { fill: #4493f8 } .b { fill: #3fb950 } .c { fill: #f0883e }
}
"""


def draw(run: Run) -> str:
    """Return the SVG; peers that were not here are left out."""
    peers = [p for p in run.peers if any(_points(p))]
    values = [d.cpu_us for p in peers for d in _points(p) if d and d.cpu_us > 0]
    low = floor(log10(min(values, default=1)))
    high = max(low + 1, ceil(log10(max(values, default=10))))
    height = TOP + ROW * len(peers) + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title">',
        f'<title id="title">CPU per delivery of Showfloor and its peers, {escape(run.at)}</title><style>{STYLE}</style>',
        '<text class="head" x="12" y="24">CPU µs per delivery, engines included (logarithmic; less is better)</text>',
        *_legend(run),
        *_grid(low, high, height),
    ]
    for index, peer in enumerate(peers):
        parts += _line(peer, TOP + ROW * index + ROW // 2, low, high)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _points(peer: PeerResult) -> list[Delivery | None]:
    return [peer.slow, peer.fast, peer.crowd]


def _x(value: float, low: int, high: int) -> float:
    return LEFT + (log10(max(value, 10**low)) - low) / (high - low) * (WIDTH - LEFT - RIGHT)


def _legend(run: Run) -> list[str]:
    sizes = run.sizes
    names = (
        f"{sizes.slow_rate:g}/s × {sizes.room:,}",
        f"{sizes.fast_rate:g}/s × {sizes.room:,}",
        f"{sizes.crowd_rate:g}/s × {sizes.crowd:,}",
    )
    parts = []
    for index, (name, (_, style)) in enumerate(zip(names, SERIES, strict=True)):
        x = LEFT + index * 150
        parts.append(_mark(style, x, 46) + f'<text class="small" x="{x + 12}" y="50">{name}</text>')
    return parts


def _grid(low: int, high: int, height: int) -> list[str]:
    parts = []
    for decade in range(low, high + 1):
        for step in (1, 2, 5) if decade < high else (1,):
            x = _x(step * 10**decade, low, high)
            parts.append(f'<path class="grid" d="M{x:.1f} {TOP - 6}V{height - BOTTOM + 4}"/>')
            label = f"{step * 10.0**decade:g}"
            parts.append(
                f'<text class="small" text-anchor="middle" x="{x:.1f}" y="{height - 18}">{label}</text>'
            )
    return parts


def _line(peer: PeerResult, y: int, low: int, high: int) -> list[str]:
    found = [
        (_x(d.cpu_us, low, high), style) for d, (_, style) in zip(_points(peer), SERIES, strict=True) if d
    ]
    ours = ' class="ours"' if peer.whole else ""
    title = escape(peer.title.replace("*", "").replace("`", ""))
    first, last = min(x for x, _ in found), max(x for x, _ in found)
    return [
        f'<text{ours} text-anchor="end" x="{LEFT - 14}" y="{y + 4}">{title}</text>',
        f'<path class="join" d="M{first:.1f} {y}H{last:.1f}"/>',
        *(_mark(style, x, y) for x, style in found),
    ]


def _mark(style: str, x: float, y: int) -> str:
    """A shape for each series, so that colour is not all that tells them apart."""
    if style == "a":
        return f'<circle class="a" cx="{x:.1f}" cy="{y}" r="6"/>'
    if style == "b":
        return f'<rect class="b" x="{x - 5.5:.1f}" y="{y - 5.5}" width="11" height="11"/>'
    return f'<path class="c" d="M{x:.1f} {y - 7}l7 12h-14z"/>'
