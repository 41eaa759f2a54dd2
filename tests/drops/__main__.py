"""`python -m tests.drops`: drops under faults that chance picks, as many as are asked for, and the table of `docs/faults.md`.

Each run has a seed, which it prints when something did not hold: `--seed N --runs 1` plays it again.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.drops.drop import Drop, Outcome
from tests.drops.strikes import STRIKES
from tests.drops.world import open_world

_BEGIN, _END = "<!-- drops:begin (made by `make faults`) -->", "<!-- drops:end -->"


def main() -> int:
    """Run them; exit code 1 when anything did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.drops", description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=60.0, help="no run begins after so long")
    parser.add_argument("--seed", type=int, default=1, help="of the first run; the next ones count on")
    parser.add_argument("--page", type=Path, help="the page whose table is written anew")
    given = parser.parse_args()
    outcomes = asyncio.run(_play(given.runs, given.minutes * 60, given.seed))
    table = as_table(outcomes)
    print(table)
    if given.page:
        write_table(given.page, table)
    good = len(outcomes) == given.runs and all(outcome.good for outcome in outcomes)
    return 0 if good else 1


async def _play(runs: int, seconds: float, first: int) -> list[Outcome]:
    faults, began, outcomes = list(STRIKES), time.monotonic(), list[Outcome]()
    async with open_world() as world:
        for seed in range(first, first + runs):
            if time.monotonic() - began > seconds:
                print(
                    f"stopped after {seconds / 60:.0f} minutes, before all runs were played", file=sys.stderr
                )
                break
            outcome = await Drop(world, faults[seed % len(faults)], seed).run()
            outcomes.append(outcome)
            print(_as_line(outcome), flush=True)
    return outcomes


def _as_line(outcome: Outcome) -> str:
    numbers = f"acknowledged {outcome.acknowledged}, lost {outcome.lost}, oversold {outcome.oversold}, unsold {outcome.unsold}"
    return f"{'held' if outcome.good else 'DID NOT HOLD'}: seed {outcome.seed}, {outcome.fault}: {numbers}, {outcome.seconds:.1f} s"


def as_table(outcomes: Sequence[Outcome]) -> str:
    """Return a Markdown table, a line for each fault and one for all."""
    lines = [
        "| fault | runs | acknowledged | lost | oversold | left unsold | nothing free any more after the fault, median · worst |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    by_fault = {fault: [outcome for outcome in outcomes if outcome.fault == fault] for fault in STRIKES}
    lines += [_line(fault, of_it) for fault, of_it in by_fault.items() if of_it]
    return "\n".join([*lines, _line("**all**", outcomes)]) if outcomes else ""


def _line(name: str, outcomes: Sequence[Outcome]) -> str:
    seconds = sorted(outcome.seconds for outcome in outcomes)
    sums = [
        sum(getattr(o, what) for o in outcomes) for what in ("acknowledged", "lost", "oversold", "unsold")
    ]
    numbers = " | ".join(f"{number:,}" for number in (len(outcomes), *sums))
    return f"| {name} | {numbers} | {seconds[len(seconds) // 2]:.1f} s · {seconds[-1]:.1f} s |"


def write_table(page: Path, table: str) -> None:
    """Put the table in its place on the page."""
    head, _, rest = page.read_text().partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    page.write_text(f"{head}{_BEGIN}\n{table}\n{_END}{tail}")


if __name__ == "__main__":
    sys.exit(main())
