"""The tables of `docs/scale.md`, written between its markers."""

from collections.abc import Sequence
from pathlib import Path

from loadtests.scale.figures import Figures
from loadtests.scale.plan import (
    GBIT,
    Plan,
    ledger_rows,
    plan,
    processes_at_most,
    viewers_at_most,
    with_every_question_published,
)
from loadtests.scale.rounds import simulate
from loadtests.scale.show import LIVELY, RULES, SIZES, Rules, Show

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
BEGIN = "<!-- scale:begin (written by `python -m loadtests.scale write`) -->"
END = "<!-- scale:end -->"
RATES = (0.5, 2.0, 10.0, 40.0, 300.0)
ASKS_PER_VIEWER = 1 / 600


def written(text: str, figures: Figures) -> str:
    """Return the page with its tables as the model has them now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables(figures)}\n{END}{after}"


def tables(figures: Figures, show: Show = LIVELY, rules: Rules = RULES) -> str:
    """Return everything that stands between the markers."""
    plans = [plan(figures, show, rules, viewers) for viewers in SIZES]
    parts = [
        "### What was measured",
        _figures_table(figures),
        "### What a show takes",
        _plans_table(plans, rules),
        "### What breaks first",
        _breaks_table(figures, show, rules),
        "### How often something is published",
        _rates_table(figures, show, viewers_at_most(figures, show, rules)),
        "### If nobody moderates before",
        _questions_table(figures, show, rules),
    ]
    return "\n\n".join(parts)


def _figures_table(figures: Figures) -> str:
    server, engines = figures.server, figures.engines
    rows = [
        [f"CPU for each viewer of a round, {server.viewers:,} in one room", f"{server.write_us:g} µs"],
        ["CPU of a join with token and snapshot", f"{server.join_us:g} µs"],
        ["CPU of a command, tallied and recorded", f"{server.command_us:g} µs"],
        ["memory of a joined viewer", f"{server.viewer_kib:g} KiB"],
        ["memory of the empty server, its engines included", f"{server.process_mib:g} MiB"],
        ["10,000 idle viewers", f"{server.idle_percent:g} % of a core"],
        [
            "Redis: a room's tick, and for each further process",
            f"{engines.tick_us:g} + {engines.tick_process_us:g} µs",
        ],
        [
            "Redis: a publication, and for each process that hears it",
            f"{engines.publish_us:g} + {engines.publish_subscriber_us:g} µs",
        ],
        ["Redis: a flush of 2,000 rows", f"{engines.append_us:g} µs"],
        ["the ledger's worker with its PostgreSQL, for each row", f"{engines.ledger_row_us:g} µs"],
    ]
    at = f"The server {server.at} on {server.machine}; the engines alone {engines.at} on {engines.machine}."
    return f"{at}\n\n{_table(['', 'CPU or memory'], rows)}"


def _plans_table(plans: Sequence[Plan], rules: Rules) -> str:
    rows = [
        ["processes, a core each", *(f"{p.processes:,} × {p.viewers_each:,} viewers" for p in plans)],
        [
            f"CPU of a process (at most {rules.cpu_share_max:.0%})",
            *(f"{p.rounds.busy_share:.0%}" for p in plans),
        ],
        ["rounds a second", *(f"{p.rounds.per_second:.1f}" for p in plans)],
        [
            "a push is written after, p50 / p99",
            *(f"{p.rounds.p50_ms:.0f} / {p.rounds.p99_ms:.0f} ms" for p in plans),
        ],
        ["memory of a process", *(f"{p.memory_mib:,.0f} MiB" for p in plans)],
        ["memory of all", *(f"{p.memory_mib * p.processes / 1024:,.1f} GiB" for p in plans)],
        ["bandwidth of a process", *(f"{p.out_mbit_each:,.0f} Mbit/s" for p in plans)],
        ["bandwidth of all", *(f"{p.out_gbit:,.2f} Gbit/s" for p in plans)],
        ["Redis: commands a second", *(f"{p.redis_commands:,.0f}" for p in plans)],
        ["Redis: of its core", *(f"{p.redis_share:.1%}" for p in plans)],
        ["PostgreSQL: top checks a second", *(f"{p.top_checks:,}" for p in plans)],
        ["PostgreSQL: connections", *(f"{p.postgres_connections:,}" for p in plans)],
        ["ledger: rows a second", *(f"{p.ledger_rows:,.0f}" for p in plans)],
        ["ledger: of one worker", *(f"{p.ledger_share:.0%}" for p in plans)],
        [
            "a process dies: CPU time of each other one for its viewers",
            *(f"{p.rejoin_seconds:.2f} s" for p in plans),
        ],
    ]
    return _table(["viewers in one show", *(f"{p.viewers:,}" for p in plans)], rows)


def _breaks_table(figures: Figures, show: Show, rules: Rules) -> str:
    each = viewers_at_most(figures, show, rules)
    worker = 1e6 / figures.engines.ledger_row_us / ledger_rows(show, 1)
    redis = processes_at_most(figures, show)
    rows = [
        ["PostgreSQL's 100 connections, as it is installed", f"{100 // 10:,} processes", f"{10 * each:,}"],
        ["one worker of the ledger", f"{1e6 / figures.engines.ledger_row_us:,.0f} rows/s", f"{worker:,.0f}"],
        ["Redis, by the ticks of one show", f"{redis:,} processes", f"{redis * each:,}"],
    ]
    return _table(["what is full", "at", "viewers in one show"], rows)


def _rates_table(figures: Figures, show: Show, viewers: int) -> str:
    rows = []
    for rate in RATES:
        busier = Show(publications_per_second=rate)
        found = simulate(busier, viewers, figures.server.write_us)
        per_message = found.busy_share / (rate * viewers) * 1e6
        rows.append(
            [
                f"{rate:g}/s",
                f"{found.per_second:.1f}",
                f"{found.busy_share:.0%}",
                f"{per_message:.2f} µs",
                f"{found.p99_ms:.0f} ms",
                f"{found.bytes_per_viewer * 8 / 1000:,.0f} kbit/s",
            ]
        )
    head = ["published", "rounds/s", "CPU", "CPU for each push delivered", "p99", "to each viewer"]
    return f"A process with {viewers:,} viewers, fan-out alone.\n\n{_table(head, rows)}"


def _questions_table(figures: Figures, show: Show, rules: Rules) -> str:
    rows = []
    for viewers in SIZES:
        open_floor = with_every_question_published(show, viewers, asks_per_viewer=ASKS_PER_VIEWER)
        found = simulate(open_floor, viewers_at_most(figures, show, rules), figures.server.write_us)
        rows.append(
            [
                f"{viewers:,}",
                f"{viewers * ASKS_PER_VIEWER:,.0f}/s",
                f"{found.bytes_per_viewer * 8 / 1e6:,.1f} Mbit/s",
                f"{found.bytes_per_viewer * viewers / GBIT:,.0f} Gbit/s",
            ]
        )
    return _table(
        ["viewers", "questions, one of each viewer in ten minutes", "to each viewer", "to all"], rows
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
