"""`python -m tests.planted`: how soon each state machine finds each planted mistake by itself, and the table of `docs/faults.md`.

A mistake is put into our code, and the machine searches as its test does, without being told where to look; the first steps that break a
promise end it. The tests play each mistake with a few steps in which it shows: that is quicker, and shows less.
"""

import argparse
import io
import secrets
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
from server.settings import Settings
from tests.support.databases import empty_database

MACHINES = ("holds", "first_paid", "refunds", "vouchers", "waitlist", "auction")
STEPS = 14
_BEGIN, _END = "<!-- planted:begin (made by `python -m tests.planted`) -->", "<!-- planted:end -->"
Plant = Callable[[pytest.MonkeyPatch], None]


class TimeUpError(BaseException):
    """The search has had its time. No `Exception`, so that it is taken for no finding."""


@dataclass(frozen=True)
class Search:
    """What came of one: how many runs of the machine began, and after how long its claims did not hold; None where they did."""

    machine: str
    mistake: str
    runs: int
    seconds: float | None


def main() -> int:
    """Search for all mistakes of the machines that are named; exit code 1 when one was not found."""
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
            sound = search(machine, module, no_mistake, url, given.seconds / 2)
            assert sound.seconds is None, "its claims do not hold without a mistake either"
            for plant in module.PLANTED:
                found.append(search(machine, module, plant, url, given.seconds))
                print(as_row(found[-1]), flush=True)
    if given.page:
        write_rows(given.page, found)
    return 0 if all(each.seconds is not None for each in found) else 1


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


def search(name: str, module: ModuleType, plant: Plant, url: str, seconds: float) -> Search:
    """Have a machine look for one mistake."""
    empty_database(url)
    began, runs, over = time.monotonic(), list[float](), list[bool]()

    class Counted(machine_of(module, url)):  # type: ignore[misc]
        def __init__(self) -> None:
            runs.append(time.monotonic() - began)
            if runs[-1] > seconds:
                over.append(True)
                raise TimeUpError
            super().__init__()

    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
    ):
        plant(patch)
        with suppress(TimeUpError, Exception):  # the machine's claims, or what a broken state leads to
            run_state_machine_as_test(Counted, settings=unaided())
    # What was found is run once more, to be told; hypothesis may tell of a search that was ended as of a finding.
    return Search(name, plant.__name__, len(runs) - 1, None if over else runs[-1])


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


def machine_of(module: ModuleType, url: str) -> type[Any]:
    """Return the machine of a test on a database."""
    if hasattr(module, "machine_on"):
        return module.machine_on(url)  # type: ignore[no-any-return]
    given = Settings(database_url=url, secret=secrets.token_urlsafe(48), fake_payments=True)
    return type("Machine", (module.RefundsMachine,), {"given": given})


def as_row(each: Search) -> str:
    """Return a search as a line of the table."""
    after = "not found" if each.seconds is None else f"{each.seconds:.1f} s"
    return f"| {each.machine} | {each.mistake.replace('_', ' ')} | {each.runs} | {after} |"


def write_rows(page: Path, found: list[Search]) -> None:
    """Put these machines' lines in their place on the page, and leave the others'."""
    head, _, rest = page.read_text().partition(_BEGIN)
    table, _, tail = rest.partition(_END)
    anew = {each.machine for each in found}
    kept = [row for row in table.splitlines()[3:] if row.split("|")[1].strip() not in anew]
    rows = sorted([*kept, *map(as_row, found)], key=lambda row: MACHINES.index(row.split("|")[1].strip()))
    lines = ["| machine | mistake | runs | found after |", "|---|---|---:|---:|", *rows]
    page.write_text(f"{head}{_BEGIN}\n" + "\n".join(lines) + f"\n{_END}{tail}")


if __name__ == "__main__":
    sys.exit(main())
