"""What every test may ask for: real engines, a database of its own, a Redis of its own, settings that point at both."""

import inspect
import os
import secrets
import signal
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import redis
import structlog

from server.db.migrations import migrate
from server.embedded import PostgresProcess, ValkeyProcess, start_postgres, start_valkey
from server.embedded.process import wait_until
from server.settings import Settings
from tests.support.databases import SharedDatabase, spare_the_disk
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.one_dialect import share_what_is_compiled

TEMPLATE = "showfloor_template"
REDIS_DATABASES = 64

MakeSettings = Callable[..., Settings]
_numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    """The settings of whoever runs the tests must not reach them, nor another run that goes on beside this one.

    pytest closes its common temporary directory to other users whenever a run starts, while PostgreSQL, which has a
    user of its own when we are root, may be at work in it; so each run has its own, removed at the end.
    """
    for name in [name for name in os.environ if name.startswith("SHOWFLOOR_")]:
        del os.environ[name]
    # The processes that tests start may keep what they have compiled for one another: it is most of a start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not hasattr(config, "workerinput"):  # a worker of pytest-xdist has a folder in that of its run
        directory = tempfile.TemporaryDirectory(prefix="showfloor-", ignore_cleanup_errors=True)
        os.environ["PYTEST_DEBUG_TEMPROOT"] = directory.name
        config.add_cleanup(directory.cleanup)
    # Servers in this process log tracebacks as the product does: to draw one with all its variables takes a loop's time by the half second.
    *processors, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*processors, plain])
    _set_up_httpx()
    share_what_is_compiled()
    signal.signal(signal.SIGTERM, lambda *_: _end(config))
    # A shell lets what it starts in the background ignore Ctrl-C, with all children: then nothing here would end a run.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _set_up_httpx() -> None:
    """Let clients wait as long as the tests do: 5 s are not always enough on a busy machine. And let them read the world's
    certificates once, not once each, which takes longer than many a test.
    """
    wait: httpx.Timeout = inspect.signature(httpx.AsyncClient).parameters["timeout"].default
    wait.connect = wait.read = wait.write = wait.pool = PATIENCE_SECONDS
    trust = httpx.create_ssl_context()
    for client in (httpx.AsyncClient, httpx.Client):
        defaults = client.__init__.__kwdefaults__
        assert defaults is not None, "it takes keywords"
        defaults["verify"] = trust


def _end(config: pytest.Config) -> None:
    """End as after Ctrl-C, which a terminal sends to every process of the run: asyncio cancels the test, and it cleans up.

    An exception raised here would stay in whichever task ran, and come again when the test cleans up.
    """
    if config.pluginmanager.has_plugin("dsession"):  # pytest-xdist's, in the process that has the workers
        workers = psutil.Process().children()
        for worker in workers:
            worker.send_signal(signal.SIGINT)
        # It kills workers that take long, and their engines would stay.
        wait_until(lambda: not any(map(_has_engines, workers)), lambda: True)
    signal.raise_signal(signal.SIGINT)


def _has_engines(worker: psutil.Process) -> bool:
    return worker.is_running() and any(
        child.name().startswith(("postgres", "valkey")) for child in worker.children()
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure: what is not run is not known."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or os.environ.get("CI") != "true":
        return
    skipped = len(reporter.stats.get("skipped", []))
    if skipped:
        reporter.write_line(f"\n{skipped} skipped: a failure in CI", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def engine_directory() -> Iterator[Path]:
    """Where the session's engines keep their data; outside pytest's own folders, which it keeps for three runs."""
    with tempfile.TemporaryDirectory(prefix="showfloor-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)


@pytest.fixture(scope="session")
def postgres(engine_directory: Path) -> Iterator[PostgresProcess]:
    """The session's PostgreSQL. Do not stop it: a test that takes an engine away starts one of its own."""
    process = start_postgres(engine_directory / "postgres")
    spare_the_disk(process)
    yield process
    process.stop()


@pytest.fixture(scope="session")
def valkey(engine_directory: Path) -> Iterator[ValkeyProcess]:
    """The session's Valkey. Do not stop it either."""
    process = start_valkey(engine_directory / "valkey")
    yield process
    process.stop()


@pytest.fixture(scope="session")
def migrated_template(postgres: PostgresProcess) -> str:
    """The name of a database with the newest schema and no rows."""
    postgres.create_database(TEMPLATE)
    migrate(postgres.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture(scope="session")
def shared_database(postgres: PostgresProcess, migrated_template: str) -> SharedDatabase:
    """What `database_url` is made of."""
    return SharedDatabase(postgres, "shared", migrated_template)


@pytest.fixture
def database_url(shared_database: SharedDatabase) -> str:
    """A database for this test alone, with the newest schema and no rows."""
    return shared_database.emptied()


@pytest.fixture
def redis_url(valkey: ValkeyProcess) -> str:
    """An empty logical database of the session's Valkey. Topics are shared by all: settings carry a prefix."""
    url = f"{valkey.url}?db={next(_numbers) % REDIS_DATABASES}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def make_settings(database_url: str, redis_url: str, tmp_path: Path) -> MakeSettings:
    """Settings for this test's engines: `make_settings(limits="off")`. Two calls agree in everything not named."""
    fixed: dict[str, Any] = {
        "database_url": database_url,
        "redis_url": redis_url,
        "redis_prefix": f"t{next(_numbers)}",
        "secret": secrets.token_urlsafe(48),
        "data": tmp_path / "var",
        # Viewers of a test come together, from one address, and act at once; test_crowd.py has them doubted.
        "guest_burst": 0,
        "guests_per_minute_per_ip": 0,
        "guest_watch_seconds": 0,
        "fake_payments": True,
    }
    return lambda **others: Settings(**{**fixed, **others})


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """Settings for this test's engines, everything else as it is by default, but that no guest is doubted."""
    return make_settings()
