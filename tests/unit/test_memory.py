"""What is compiled keeps to its memory: a process that has imported everything ends in good order."""

import os
import subprocess
import sys


def test_a_process_with_every_module_ends_without_a_fault_of_memory() -> None:
    # With marks around every block, so that what would only sometimes be fatal always is.
    environment = os.environ | {"PYTHONMALLOC": "debug"}
    command = [sys.executable, "-c", "import server.app, server.cli.main"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
