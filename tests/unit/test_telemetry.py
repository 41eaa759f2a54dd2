"""What is logged is one line of JSON; a traceback only where nobody expects the fault."""

import json
import logging
from collections.abc import Iterator

import pytest

from server.telemetry import set_up_logging


@pytest.fixture(autouse=True)
def kept_logging() -> Iterator[None]:
    """Whatever the run itself logs to stays as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(("logger", "traced"), [("sqlalchemy.pool.impl.QueuePool", False), ("server", True)])
def test_the_pool_throws_a_dead_connection_away_in_one_line(
    logger: str, traced: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging()
    try:
        raise OSError("gone")
    except OSError:
        logging.getLogger(logger).exception("while it was reset")
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "while it was reset"
    assert ("exception" in line) is traced
