"""Whatever is kept for a while is forgotten by a process that runs: nothing that forgets is left lying about."""

import re
from pathlib import Path

import server

ROOT = Path(server.__file__).parent
FORGETS = re.compile(r"^class (\w*Forgetting)\b", re.MULTILINE)
RUNS = re.compile(r"(\w*Forgetting)\(")


def test_everything_that_forgets_runs_in_a_process() -> None:
    written = {name for file in ROOT.rglob("*.py") for name in FORGETS.findall(file.read_text())}
    running = {name for file in (ROOT / "running").glob("*.py") for name in RUNS.findall(file.read_text())}
    assert {"Forgetting", "WebhookForgetting", "LinkForgetting"} <= written
    assert written == running
