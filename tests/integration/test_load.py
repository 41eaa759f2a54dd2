"""Load runs against a real server: what was acknowledged is compared, a run without a host is none, and a master judges for all."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from loadtests.comparison import Exports, NotCompared
from server.embedded import attach
from tests.support.commands import RunningDemo, running_demo, showfloor

LOCUSTFILE = Path(__file__).parents[2] / "loadtests" / "locustfile.py"
RUN_SECONDS_MAX = 170
GENEROUS = ("--push-p95-ms", "60000", "--command-p95-ms", "60000")
FEW = ("--users", "8", "--spawn-rate", "8", "--run-time", "6s", "--stop-timeout", "5s")


@pytest.fixture(scope="module")
def demo(engine_directory: Path) -> Iterator[RunningDemo]:
    """A quiet demo without limits."""
    with running_demo(engine_directory / "load" / "var", "--audience", "0", limits="off") as running:
        yield running


@pytest.fixture(scope="module")
def token(demo: RunningDemo) -> str:
    """A host's token for it."""
    return showfloor("token", "--role", "host", "--channel", "demo", data=demo.data).stdout.strip()


def locust(demo: RunningDemo, *words: str) -> tuple[int, str]:
    """Run locust without its page against the demo; return its exit code and what it said."""
    command = [sys.executable, "-m", "locust", "--locustfile", str(LOCUSTFILE), "--headless"]
    ran = subprocess.run(
        [*command, "--only-summary", "--host", demo.url, *GENEROUS, *words],
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS_MAX,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


@contextmanager
def sql(demo: RunningDemo) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The demo's database."""
    engines = attach(demo.data)
    assert engines is not None
    with psycopg.connect(engines.database_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("spread", [(), ("--processes", "2")])
def test_what_was_acknowledged_is_found_in_the_export(
    demo: RunningDemo, token: str, spread: tuple[str, ...]
) -> None:
    code, said = locust(demo, "--staff-token", token, *FEW, *spread)
    assert code == 0, said[-3000:]
    assert re.search(
        r"All budgets kept; .*\d+ (orders|questions|votes).* acknowledged, all of them found", said
    )


@pytest.mark.parametrize("spread", [(), ("--processes", "2")])
def test_what_the_database_has_lost_breaks_the_budget(
    demo: RunningDemo, token: str, spread: tuple[str, ...]
) -> None:
    with sql(demo) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
        connection.execute(
            "CREATE TRIGGER forget BEFORE INSERT ON question FOR EACH ROW EXECUTE FUNCTION forget()"
        )
        try:
            words = ("--staff-token", token, "--users", "6", "--spawn-rate", "6", "--run-time", "6s")
            code, said = locust(demo, *words, *spread, "AskerUser", "HostUser")
        finally:
            connection.execute("DROP TRIGGER forget ON question")
    assert code == 1, said[-3000:]
    assert re.search(r"Budget broken: \d+ acknowledged questions are not in the export", said)
    assert said.count("acknowledged questions are not") == 1, "one judge"


def test_a_run_that_lacks_the_hosts_token_says_so_and_fails(demo: RunningDemo) -> None:
    code, said = locust(demo, *FEW)
    assert code == 2, said[-3000:]
    assert "no host can come without a token" in said


def test_what_was_not_compared_is_not_called_kept(demo: RunningDemo) -> None:
    code, said = locust(demo, *FEW, "AskerUser", "BuyerUser")
    assert code == 1, said[-3000:]
    assert "acknowledged and not compared with the export: there is no host's token" in said
    assert "All budgets kept" not in said


def test_an_export_that_cannot_be_read_is_said(demo: RunningDemo) -> None:
    exports = Exports(demo.url, "demo", "no token")
    with pytest.raises(NotCompared, match="could not be read"):
        exports.lost({"orders": {"o_1"}, "questions": set(), "votes": set()})


def test_lost_orders_and_votes_are_counted(demo: RunningDemo, token: str) -> None:
    told = {"orders": {"o_nowhere"}, "questions": {"q_nowhere"}, "votes": {"v_nobody q_1", "v_nobody q_2"}}
    assert Exports(demo.url, "demo", token).lost(told) == {"orders": 1, "questions": 1, "votes": 2}
