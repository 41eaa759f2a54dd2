"""`python -m loadtests.scale`: prints the tables of `docs/scale.md`; `write` writes them there.

`take RESULTS` feeds the model with a run of the bench (`var/bench/results.json`), `engines` measures Redis and the ledger's worker anew.
"""

import argparse
import os
import platform
import sys
from dataclasses import replace
from pathlib import Path

from loadtests.scale.engines import measure_engines
from loadtests.scale.figures import from_bench, read_figures, write_figures
from loadtests.scale.page import PAGE, tables, written


def main() -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.scale", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", metavar="write | take | engines")
    verbs.add_parser("write", help="write the tables into docs/scale.md")
    take = verbs.add_parser("take", help="feed the model with a run of the bench")
    take.add_argument("results", type=Path)
    verbs.add_parser("engines", help="measure Redis and the ledger's worker anew, half a minute")
    options = parser.parse_args()
    if options.verb is None:
        print(tables(read_figures()))
    elif options.verb == "write":
        PAGE.write_text(written(PAGE.read_text("utf-8"), read_figures()), "utf-8")
    elif options.verb == "take":
        write_figures(replace(read_figures(), server=from_bench(options.results)))
    else:
        write_figures(replace(read_figures(), engines=measure_engines(_machine())))
    return 0


def _machine() -> str:
    return f"{os.cpu_count()} cores, Linux {platform.release().partition('-')[0]}"


if __name__ == "__main__":
    sys.exit(main())
