"""`make bench`: measures Showfloor and its peers in turn on this machine, three times over, and writes `docs/performance.md`.

A quick or partial run, or one on a busy machine, writes to `var/bench/performance.md` instead, unless told `--write`.
"""

import argparse
import os
import platform
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import msgspec

from loadtests.bench.cores import CLIENT_CORE, SERVER_CORE, stay_on_client_core
from loadtests.bench.course import Course
from loadtests.bench.page import write_page
from loadtests.bench.peers.all import PEERS
from loadtests.bench.peers.peer import TOP, NotHere
from loadtests.bench.peers.rows import ALL
from loadtests.bench.peers.stores import BUILD, HOME
from loadtests.bench.results import Run
from loadtests.bench.sizes import FULL, QUICK
from loadtests.bench.swarm import compile_c

LOAD_MAX = 3.0
"""Above this load average before the run, its latencies are other people's."""


def main() -> int:
    """Run and return the exit code."""
    options = _options()
    trouble = _trouble()
    if trouble:
        print(trouble, file=sys.stderr)
        return 2
    load = os.getloadavg()[0]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    stay_on_client_core()
    try:
        program = compile_c(Path(__file__).with_name("swarm.c"), BUILD / "swarm")
    except NotHere as error:
        print(f"The swarm cannot be built: {error}", file=sys.stderr)
        return 2
    runs = [_run(program, options) for _ in range(options.runs)]
    partial = options.quick or bool(options.only) or set(options.rows) != set(ALL) or load > LOAD_MAX
    top = TOP / "docs" if options.write or not partial else HOME
    kept = HOME / ("results.json" if top != HOME else "results-partial.json")
    kept.write_bytes(msgspec.json.format(msgspec.json.encode(runs)))
    page = write_page(runs, top)
    print(f"Written: {page.relative_to(TOP)} (load average before: {load:.1f})")
    return 0


def _end(number: int, _: FrameType | None) -> None:
    """Leave through every `finally`, so that no server stays behind; also where a script has us ignore Ctrl-C."""
    sys.exit(128 + number)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m loadtests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few viewers, a few seconds each")
    parser.add_argument(
        "--only", type=_list, default=[], metavar="PEER,…", help=", ".join(p.key for p in PEERS)
    )
    parser.add_argument("--rows", type=_list, default=list(ALL), metavar="ROW,…", help=", ".join(ALL))
    parser.add_argument("--runs", type=int, metavar="N", help="how often; three times, or once if quick")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md whatever the run was")
    options = parser.parse_args()
    options.runs = options.runs or (1 if options.quick else 3)
    unknown = (set(options.only) - {p.key for p in PEERS}) | (set(options.rows) - set(ALL))
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


def _list(text: str) -> list[str]:
    return text.split(",")


def _trouble() -> str:
    """Say why no run is possible here, or nothing."""
    if sys.platform != "linux":
        return "The bench needs Linux: it pins processes to cores and reads /proc."
    if not {SERVER_CORE, CLIENT_CORE} <= os.sched_getaffinity(0):
        return "The bench needs two cores, one for the server and one for the viewers."
    return ""


def _run(program: Path, options: argparse.Namespace) -> Run:
    sizes, rows, load = QUICK if options.quick else FULL, options.rows, os.getloadavg()[0]
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {line}", flush=True)

    course = Course(program, sizes, say)
    peers = course.prepare([p for p in PEERS if not options.only or p.key in options.only])
    for name in rows:
        course.row(name, peers)
    if "crowd" in rows:
        course.join_again(peers)
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    results = list(course.results.values())
    return Run(at, _machine(), load, options.quick, sizes, results)


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    kernel = platform.release().partition("-")[0]
    return f"{model}, {os.cpu_count()} cores, Linux {kernel}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
