"""DuckDB in the process: a connection for each piece of work, with bounds, and no way out but the folders that it is given."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

MEMORY_MAX = "1GB"
THREADS = 2
SECONDS_MAX = 30.0
NULL = r"\N"


class ScanTooLong(Exception):
    """DuckDB took longer than it may; what it was doing is ended."""


def literal(value: str) -> str:
    """Return a text as it stands in a statement."""
    return "'" + value.replace("'", "''") + "'"


@contextmanager
def opened(
    folders: Sequence[Path], *, seconds: float = SECONDS_MAX, memory: str = MEMORY_MAX, threads: int = THREADS
) -> "Iterator[duckdb.DuckDBPyConnection]":
    """Yield a connection that reads and writes in `folders` alone; call it in a thread. Raises `ScanTooLong` after `seconds`.

    No extension is loaded or looked for, nothing of the configuration can be changed afterwards, and no variable of Python's is read.
    """
    import duckdb  # late: servers that seal nothing do without it

    connection = duckdb.connect(":memory:", config=_configuration(memory, threads))
    ended = threading.Event()

    def interrupt() -> None:
        ended.set()
        connection.interrupt()

    timer = threading.Timer(seconds, interrupt)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        allowed = ", ".join(literal(f"{folder.absolute()}/") for folder in folders)
        connection.execute(f"SET allowed_directories = [{allowed}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        timer.start()
        yield connection
    except duckdb.InterruptException as error:
        if ended.is_set():
            raise ScanTooLong from error
        raise
    finally:
        timer.cancel()
        connection.close()


def _configuration(memory: str, threads: int) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": memory,
        "threads": threads,
        "temp_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
    }
