"""Puts a run into `performance.md`, between its markers, and the plot beside it."""

from collections.abc import Sequence
from pathlib import Path

from loadtests.bench import table
from loadtests.bench.goals import goals_table
from loadtests.bench.plot import draw
from loadtests.bench.results import Run

BEGIN = "<!-- bench:begin (written by `make bench`) -->"
END = "<!-- bench:end -->"
PLOT = "images/performance.svg"
FRAME = f"# Performance\n\n`make bench` wrote what follows; `loadtests/bench/README.md` says how it measures.\n\n{BEGIN}\n{END}\n"


def write_page(runs: Sequence[Run], folder: Path) -> Path:
    """Write the tables and the plot below `folder`, keeping what else the page says; return the page.

    What is asked stands beside what all `runs` found; the other tables and the plot are the last one's.
    """
    page = folder / "performance.md"
    text = page.read_text("utf-8") if page.exists() else FRAME
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    folder.mkdir(parents=True, exist_ok=True)
    page.write_text(f"{before}{BEGIN}\n{_between(runs)}\n{END}{after}", "utf-8")
    plot = folder / PLOT
    plot.parent.mkdir(parents=True, exist_ok=True)
    plot.write_text(draw(runs[-1]), "utf-8")
    return page


def _between(runs: Sequence[Run]) -> str:
    run = runs[-1]
    quick = " A quick run: it shows that the bench works, no more." if run.quick else ""
    parts = [
        f"Measured {run.at} on {run.machine}; load average before {_loads(runs)}.{quick}",
        _section("What was asked", goals_table(runs)),
        _section(
            "All peers, in the last run" if len(runs) > 1 else "All peers",
            table.peers_table(run),
            f"![CPU per delivery, by peer]({PLOT})",
        ),
        _section("Beside the loop that everybody writes first", table.fastapi_table(run)),
        _section("As the room grows", table.growth_table(run)),
        _section("Is the swarm the bottleneck?", table.swarm_table(run)),
        _section("What did not go as meant", table.faults_list(run)),
    ]
    return "\n\n".join(part for part in parts if part)


def _loads(runs: Sequence[Run]) -> str:
    """Return the load averages before the runs, in words: a run that began on a busy machine is told by it."""
    loads = ", ".join(f"{run.load_before:.1f}" for run in runs)
    return f"the {len(runs)} runs, one after the other, {loads}" if len(runs) > 1 else f"the run {loads}"


def _section(title: str, *parts: str) -> str:
    return "\n\n".join([f"## {title}", *parts]) if any(parts) else ""
