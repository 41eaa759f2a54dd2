"""What is logged is one line of JSON; a traceback only where nobody expects the fault."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from server import telemetry
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


def test_a_flood_of_one_kind_is_one_line_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()
    log = structlog.get_logger("server.test")
    for number in range(500):
        log.error("command.failed", number=number)
        logging.getLogger("server.others").error("Exception in ASGI application %d", number)
    log.error("another.kind")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    events = [str(line["event"]) for line in lines]
    assert events[:2] == ["command.failed", "Exception in ASGI application 0"]
    assert "another.kind" in events
    assert len(lines) < 50, "a slow machine may take seconds, not five hundred of them"


def test_the_next_line_says_how_many_were_left_out() -> None:
    now = 0.0
    quiet = telemetry.OneLineEach(monotonic=lambda: now)
    records = [
        logging.LogRecord("server", logging.ERROR, "x.py", 1, {"event": "failed", "n": n}, (), None)
        for n in range(4)
    ]
    assert [quiet.filter(record) for record in records[:3]] == [True, False, False]
    now = 1.5
    assert quiet.filter(records[3])
    assert records[3].msg == {"event": "failed", "n": 3, "unsaid": 2}


def test_one_rule_hides_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()
    log = structlog.get_logger("server.security")
    for rule in ("sign_in_failed", "forbidden", "forbidden"):
        log.warning("security", rule=rule, unsaid=0)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["rule"] for line in lines] == ["sign_in_failed", "forbidden"]
