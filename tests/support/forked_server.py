"""What a forked process runs: `showfloor …`. Little is imported here: the fork server has it all, and Python starts once for all."""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence

PRELOADED = [
    "pytest",  # multiprocessing imports our main module into each child
    "server.app",
    "server.cli.main",
    "server.db.migrations",
    "server.running.serving",
    "tests.support.forked_server",
]


FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(PRELOADED)


def serve(port: int, environment: Mapping[str, str], log: str) -> None:
    """Run `showfloor serve` with this environment alone and its output in `log`."""
    run(("serve", "--port", str(port)), environment, log, log)


def run(words: Sequence[str], environment: Mapping[str, str], output: str, errors: str) -> None:
    """Run `showfloor …` with this environment alone, and what it says on both streams in these files."""
    os.environ.clear()
    os.environ.update(environment)
    for descriptor, path in ((1, output), (2, errors)):
        with open(path, "ab") as file:
            os.dup2(file.fileno(), descriptor)
    sys.argv = ["showfloor", *words]

    from server.cli.main import main

    main()
