"""`showfloor backup`: the whole database at one moment, in one file of `pg_dump`'s custom format."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from server.db.schema import connected
from server.running.holdings import Holdings, count_holdings
from server.running.pictures_beside import archive_beside
from server.running.postgres_tools import address_for_tools, failure_of, find_tool
from server.running.sealed_beside import sealed_beside
from server.running.trouble import Trouble

OWNER_ALONE = 0o600
"""A backup holds what people wrote and bought."""


def back_up(url: str, file: Path, *, force: bool) -> Holdings:
    """Write the database at `url` to `file`, and return what the file holds. Servers may run meanwhile.

    `file` appears when it is complete, or not at all; one that is there is replaced only with `force`, and so are pictures beside it.
    Raises `Trouble`, `OSError`.
    """
    for there in (file, archive_beside(file), sealed_beside(file)):
        if there.exists() and not force:
            raise Trouble(f"{there} is there already", "name another file, or use --force")
    if not file.parent.is_dir():
        raise Trouble(f"there is no folder {file.parent}", "make it, or name another file")
    with _unfinished(file) as part:
        return _dump(url, ["--file", str(part)])


def back_up_to_output(url: str) -> Holdings:
    """Write the database at `url` to standard output, and return what was written. Raises `Trouble`."""
    if sys.stdout.isatty():
        raise Trouble("a backup is no text for a terminal", "send it to a file: showfloor backup - >FILE")
    sys.stdout.flush()
    return _dump(url, [])


@contextmanager
def _unfinished(file: Path) -> Iterator[Path]:
    """Yield a neighbour of `file` to write to; it takes the place of `file` at the end, and is removed after a failure."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ALONE))
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _dump(url: str, options: list[str]) -> Holdings:
    """Run `pg_dump` on the snapshot that the counts are taken from, so that both speak of one moment."""
    address, environment = address_for_tools(url)
    with connected(url) as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            command = [str(find_tool("pg_dump", postgres_version(connection))), "--format=custom"]
            command += ["--no-owner", "--no-privileges", f"--snapshot={_export_snapshot(connection)}"]
            dumped = subprocess.run(
                [*command, f"--dbname={address}", *options],
                env=environment,
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                check=False,
            )
            if dumped.returncode != 0:
                raise failure_of("pg_dump", dumped.stderr)
            return count_holdings(connection)


def _export_snapshot(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT pg_export_snapshot()")))


def postgres_version(connection: Connection) -> int:
    """Return the server's major version."""
    return int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
