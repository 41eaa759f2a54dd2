"""Both engines of one data directory, owned by one process."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from server.embedded.owner import Owner
from server.embedded.postgres import PostgresProcess
from server.embedded.valkey import ValkeyProcess

DATABASE = "showfloor"


def _nothing() -> None:
    """What `stop()` does to engines that another process owns."""


@dataclass(frozen=True, slots=True)
class Engines:
    """Addresses of a running pair: `database_url` for SQLAlchemy, `redis_url` for redis-py.

    `stop()` ends the engines if this process owns them, and may be called twice.
    """

    database_url: str
    redis_url: str
    stop: Callable[[], None] = field(default=_nothing, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_engines(data: Path) -> Engines:
    """Start both engines with their data under `data`, or take over those that a killed owner left running.

    Blocks until both answer: about two seconds on the first start, less than one later. The caller owns them and
    must call `stop()` at its end, also after SIGINT and SIGTERM. Raises `DataDirectoryInUse` when another living
    process owns the directory, and `EngineFailed`.
    """
    data.mkdir(parents=True, exist_ok=True)
    owner = Owner.claim(data)
    postgres, valkey = _engines_of(data)

    def stop() -> None:
        try:
            valkey.stop()
            postgres.stop()
        finally:
            owner.release()

    try:
        postgres.start()
        valkey.start()
        postgres.create_database(DATABASE)
    except BaseException:
        stop()
        raise
    return Engines(postgres.url(DATABASE), valkey.url, stop)


def attach(data: Path) -> Engines | None:
    """The engines that already run on `data`, owned by somebody else; None unless both answer."""
    if not data.is_dir():
        return None
    postgres, valkey = _engines_of(data)
    if not postgres.adopt() or not valkey.adopt():
        return None
    return Engines(postgres.url(DATABASE), valkey.url)


def addresses_at(data: Path) -> tuple[str, str]:
    """Return `database_url` and `redis_url` of engines whose data lie under `data`, whether they run or not."""
    postgres, valkey = _engines_of(data)
    return postgres.url(DATABASE), valkey.url


def _engines_of(data: Path) -> tuple[PostgresProcess, ValkeyProcess]:
    return PostgresProcess(data / "postgres"), ValkeyProcess(data / "valkey")
