"""The measured figures that the model is fed by: `loadtests/bench/measured.toml`, one table for each source, with its date and machine."""

import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "bench" / "measured.toml"
ENGINES = ("postgres", "valkey")
HEAD = """# What the model in docs/scale.md is fed by. Written by `python -m loadtests.scale take RESULTS` (a run of the bench) and
# `python -m loadtests.scale engines` (Redis and the ledger's worker alone); the page is written anew by `python -m loadtests.scale write`.
"""


@dataclass(frozen=True, slots=True)
class ServerFigures:
    """One server process, from a run of the bench; CPU without the engines, unless said otherwise."""

    at: str
    machine: str
    viewers: int
    """In one room; the model never puts more into one."""
    write_us: float
    """CPU for each viewer of a round, at so many viewers."""
    join_us: float
    """CPU of a join with token and snapshot."""
    command_us: float
    """CPU of a `react`, tallied and recorded."""
    viewer_kib: float
    """Memory for each joined viewer."""
    process_mib: float
    """Memory of the empty server, its engines included."""
    idle_percent: float
    """Of a core, for 10,000 idle viewers who are pinged every 25 s."""


@dataclass(frozen=True, slots=True)
class EngineFigures:
    """Redis and the ledger's worker, each measured alone; CPU."""

    at: str
    machine: str
    tick_us: float
    """Redis, for a room's tick with one process."""
    tick_process_us: float
    """Redis, for a room's tick, for each further process that has the show."""
    publish_us: float
    """Redis, for a `PUBLISH` of 400 bytes that nobody hears."""
    publish_subscriber_us: float
    """Redis, for each process that hears it."""
    append_us: float
    """Redis, for a flush of 2,000 rows put into the stream."""
    ledger_row_us: float
    """The worker and its PostgreSQL one after the other, for each row of a flush."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything measured."""

    server: ServerFigures
    engines: EngineFigures


def read_figures(file: Path = FILE) -> Figures:
    """Return the figures of `file`."""
    tables = tomllib.loads(file.read_text("utf-8"))
    return Figures(ServerFigures(**tables["server"]), EngineFigures(**tables["engines"]))


def write_figures(figures: Figures, file: Path = FILE) -> None:
    """Write `figures` to `file`."""
    tables = "".join(f"\n[{name}]\n{_lines(part)}" for name, part in asdict(figures).items())
    file.write_text(HEAD + tables, "utf-8")


def _lines(part: dict[str, Any]) -> str:
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in part.items())


def from_bench(results: Path) -> ServerFigures:
    """Return what the last run of the bench (in its `results.json`) found of Showfloor; raises `ValueError` where it lacks a row."""
    run = json.loads(results.read_text("utf-8"))[-1]
    found = next((peer for peer in run["peers"] if peer["key"] == "showfloor"), None)
    if found is None or not all(found[row] for row in ("crowd", "joins", "inbound", "crowd_weight", "idle")):
        raise ValueError("the run has no complete row of Showfloor")
    idle, joins = found["idle"], sorted(found["joins"], key=lambda join: float(join["cpu_us"]))
    return ServerFigures(
        at=run["at"],
        machine=run["machine"],
        viewers=found["crowd"]["viewers"],
        write_us=round(_own_us(found["crowd"]), 2),
        join_us=round(_own_us(joins[len(joins) // 2]), 1),
        command_us=round(_own_us(found["inbound"]), 2),
        viewer_kib=round(found["crowd_weight"]["grown_kib"], 2),
        process_mib=round(found["crowd_weight"]["before_mib"]),
        idle_percent=round((idle["percent"] - idle["empty_percent"]) / idle["viewers"] * 10_000, 2),
    )


def _own_us(found: dict[str, Any]) -> float:
    """The CPU µs of everything but the engines."""
    by_process: dict[str, float] = found["cpu_by_process"]
    return sum(us for name, us in by_process.items() if not name.startswith(ENGINES))
