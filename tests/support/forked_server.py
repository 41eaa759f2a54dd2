"""What a forked server process runs. Little is imported here: the fork server has it all, and Python starts but once for all of them."""

import os
import sys
from collections.abc import Mapping

PRELOADED = [
    "pytest",  # multiprocessing imports our main module into each child
    "server.app",
    "server.cli",
    "server.db.migrations",
    "server.serving",
    "tests.support.forked_server",
]


def serve(port: int, environment: Mapping[str, str], log: str) -> None:
    """Run `showfloor serve` with this environment alone and its output in `log`."""
    os.environ.clear()
    os.environ.update(environment)
    with open(log, "ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    sys.argv = ["showfloor", "serve", "--port", str(port)]

    from server.cli import main

    main()
