"""`python -m tests.planted`: how soon each state machine finds each planted mistake by itself, and the table of `docs/faults.md`.

A mistake is put into our code. First the few steps are taken in which it shows, as the tests do it at each change. Then the machine
searches by itself, without being told where to look, and the first steps that break a promise end it.
"""

import argparse
import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from server.db.migrations import migrate
from server.embedded import start_postgres
from tests.support.databases import empty_database
from tests.support.machines import Plant, play

MACHINES = ("holds", "first_paid", "refunds", "vouchers", "waitlist", "auction")
STEPS = 14
_BEGIN, _END = "<!-- planted:begin (made by `python -m tests.planted`) -->", "<!-- planted:end -->"


class TimeUpError(BaseException):
    """The search has had its time. No `Exception`, so that it is taken for no finding."""


@dataclass(frozen=True)
class Search:
    """What came of one mistake; None where the machine's claims held."""

    machine: str
    mistake: str
    told_seconds: float | None
    """Of the steps that show it."""
    runs: int
    """Begun by chance."""
    seconds: float | None
    """Until one of them found it."""


def main() -> int:
    """Search for all mistakes of the machines that are named; exit code 1 when the steps that show one did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("machines", nargs="*", metavar="machine", help=f"some of {', '.join(MACHINES)}")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each mistake")
    parser.add_argument(
        "--page", type=Path, help="the page whose table is written anew, as far as it is of these machines"
    )
    given = parser.parse_args()
    found = []
    with database() as url:
        for machine in given.machines or MACHINES:
            module = import_module(f"tests.model.test_{machine}_machine")
            _, sound = search(module, no_mistake, url, given.seconds / 2)
            assert sound is None, "its claims do not hold without a mistake either"
            for plant, story in module.PLANTED.items():
                told = tell(module, plant, story, url)
                found.append(
                    Search(machine, plant.__name__, told, *search(module, plant, url, given.seconds))
                )
                print(as_row(found[-1]), flush=True)
    if given.page:
        write_rows(given.page, found)
    return 0 if all(each.told_seconds is not None for each in found) else 1


def no_mistake(patch: pytest.MonkeyPatch) -> None:
    """The control of the controls: what is found without a mistake is none."""


@contextmanager
def database() -> Iterator[str]:
    """Yield the address of a database with the newest schema."""
    with tempfile.TemporaryDirectory(prefix="showfloor-", ignore_cleanup_errors=True) as directory:
        process = start_postgres(Path(directory) / "postgres")
        try:
            process.create_database("planted")
            migrate(process.url("planted"))
            yield process.url("planted")
        finally:
            process.stop()


def tell(module: ModuleType, plant: Plant, story: Callable[[Any], object], url: str) -> float | None:
    """Return after how many seconds the steps that show a mistake have shown it; None where they do not."""
    with pytest.MonkeyPatch.context() as patch, quiet():
        plant(patch)
        began = time.monotonic()
        try:
            play(module.machine_on(url), story)
        except Exception:
            return time.monotonic() - began
    return None


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what is written meanwhile, of which there is much, to oneself."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        yield


def search(module: ModuleType, plant: Plant, url: str, seconds: float) -> tuple[int, float | None]:
    """Have a machine look for one mistake. Returns how many runs began, and after how long it was found; None: it was not."""
    empty_database(url)
    began, runs, over = time.monotonic(), list[float](), list[bool]()

    class Counted(module.machine_on(url)):  # type: ignore[misc]
        def __init__(self) -> None:
            runs.append(time.monotonic() - began)
            if runs[-1] > seconds:
                over.append(True)
                raise TimeUpError
            super().__init__()

    with pytest.MonkeyPatch.context() as patch, quiet():
        plant(patch)
        with suppress(TimeUpError, Exception):  # the machine's claims, or what a broken state leads to
            run_state_machine_as_test(Counted, settings=unaided())
    # What was found is run once more, to be told; hypothesis may tell of a search that was ended as of a finding.
    return len(runs) - 1, None if over else runs[-1]


def unaided() -> settings:
    """The machines' settings: runs that chance picks until one fails, and nothing made smaller."""
    return settings(
        max_examples=10_000,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def as_row(each: Search) -> str:
    """Return a search as a line of the table."""
    told = "not found" if each.told_seconds is None else f"{each.told_seconds:.2f} s"
    after = "not found" if each.seconds is None else f"{each.seconds:.1f} s"
    return f"| {each.machine} | {each.mistake.replace('_', ' ')} | {told} | {each.runs} | {after} |"


def write_rows(page: Path, found: list[Search]) -> None:
    """Put these machines' lines in their place on the page, and leave the others'."""
    head, _, rest = page.read_text().partition(_BEGIN)
    table, _, tail = rest.partition(_END)
    anew = {each.machine for each in found}
    kept = [row for row in table.splitlines()[3:] if row.split("|")[1].strip() not in anew]
    rows = sorted([*kept, *map(as_row, found)], key=lambda row: MACHINES.index(row.split("|")[1].strip()))
    lines = [
        "| machine | mistake | shown by its steps after | runs by chance | found by chance after |",
        "|---|---|---:|---:|---:|",
        *rows,
    ]
    page.write_text(f"{head}{_BEGIN}\n" + "\n".join(lines) + f"\n{_END}{tail}")


if __name__ == "__main__":
    sys.exit(main())
