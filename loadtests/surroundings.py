"""What a measurement stands in: a database made for it, and whoever it sends to, in a process of its own. Both go with it."""

import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from server.db.migrations import migrate
from server.embedded import start_postgres


@dataclass(frozen=True, slots=True)
class OwnDatabase:
    """The URL of a database that is empty and up to date, and the directory in which its engine's data are, in `postgres`."""

    url: str
    folder: Path


@contextmanager
def own_database(name: str) -> Iterator[OwnDatabase]:
    """Start an engine in a temporary directory, make a database, and stop and remove all of it in the end."""
    with tempfile.TemporaryDirectory(prefix=f"showfloor-{name}-") as directory:
        folder = Path(directory)
        engine = start_postgres(folder / "postgres")
        try:
            engine.create_database(name)
            migrate(engine.url(name))
            yield OwnDatabase(engine.url(name), folder)
        finally:
            engine.stop()


@contextmanager
def receiver(serve: Callable[[Connection], None]) -> Iterator[Connection]:
    """Run `serve` in a process of its own, which it gets one end of a pipe for, and return the other end; it is ended in the end."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    process.start()
    try:
        yield here
    finally:
        process.terminate()
