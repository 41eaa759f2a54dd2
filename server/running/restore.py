"""`showfloor restore`: a database as a backup has it, all or nothing, with journals that no viewer's position fits any more.

Offsets after the backup were handed out once and will be again, for something else. So every journal gets a new epoch in the same
transaction (PROTOCOL.md, 1012), and what Redis holds of that time is forgotten: counters are seeded from SQL, unread flushes are dropped.
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from server.bus.connections import REDIS_AWAY, Link, open_link
from server.bus.keys import Keys
from server.db.engine import APPLICATION_NAME
from server.db.migrations import migrate
from server.db.schema import connected, refuse_old_postgres
from server.running.backup import postgres_version
from server.running.engines import answers
from server.running.holdings import Holdings, count_holdings
from server.running.postgres_tools import address_for_tools, failure_of, find_tool
from server.running.trouble import Trouble
from server.settings import Settings

_STOPPING_SECONDS_MAX = 2.0
STOP_THEM = "stop every server and worker first"
_TABLES = text("SELECT format('public.%I', tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
_OURS_CONNECTED = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = :name
""")
_AFTERWARDS = b"""
UPDATE public.journal_head SET epoch = substr(md5(random()::text || show_id), 1, 12);
UPDATE public.ledger_cursor SET last_id = '0-0';
"""


def restore(settings: Settings, file: Path, *, replace: bool) -> Holdings:
    """Bring the database to what `file` holds and to the newest schema, and return what it holds then.

    `file` may be `-` for standard input. The database must be empty, or `replace` given. Both URLs must be set. Raises `Trouble`
    before anything is changed when a process of ours runs, Redis is away, or the file is no backup.
    """
    assert settings.database_url, "engines_for puts it in"
    assert settings.redis_url, "engines_for puts it in"
    with _as_file(file) as archive:
        with connected(settings.database_url) as connection:
            refuse_old_postgres(connection)
            version = postgres_version(connection)
            _check_archive(find_tool("pg_restore", version), archive)
            asyncio.run(refuse_running(settings))
            _refuse_connected(connection)
            tables = _tables_to_replace(connection, replace=replace)
            shows = _show_ids(connection)
            connection.rollback()
        _load(settings.database_url, archive, version, tables)
    migrate(settings.database_url)
    with connected(settings.database_url) as connection:
        holdings, shows = count_holdings(connection), shows | _show_ids(connection)
    asyncio.run(forget(settings, shows))
    return holdings


@contextmanager
def _as_file(file: Path) -> Iterator[Path]:
    """Yield a file to read twice: the one that is named, or what comes by standard input."""
    if str(file) != "-":
        if not file.is_file():
            raise Trouble(f"there is no file {file}", "name one that `showfloor backup` has written")
        yield file
        return
    with tempfile.NamedTemporaryFile(prefix="showfloor-restore-") as spool:
        shutil.copyfileobj(sys.stdin.buffer, spool)
        spool.flush()
        yield Path(spool.name)


def _check_archive(pg_restore: Path, archive: Path) -> None:
    """Raise `Trouble` unless the file is a backup of Showfloor's tables."""
    listed = subprocess.run([pg_restore, "--list", archive], capture_output=True, check=False)
    if listed.returncode != 0 or b"TABLE DATA public journal_head" not in listed.stdout:
        raise Trouble(f"{archive} is no backup of Showfloor", "name one that `showfloor backup` has written")


async def refuse_running(settings: Settings) -> None:
    """Raise `Trouble` when Redis is away, or when servers hear themselves through it."""
    assert settings.redis_url is not None, "the caller has seen it"
    if not await answers(settings.redis_url):
        raise Trouble(
            "Redis cannot be reached, and what it holds must be forgotten with a restore",
            "start Redis or Valkey, or correct SHOWFLOOR_REDIS_URL",
        )
    link = open_link(settings.redis_url)
    word = "SHARDCHANNELS" if link.sharded else "CHANNELS"
    try:
        running = await link.run("PUBSUB", word, Keys(settings.redis_prefix).echo_topic("*"))
    finally:
        await link.close()
    if running:
        raise Trouble(f"{len(running)} server processes run", STOP_THEM)


def _refuse_connected(connection: Connection) -> None:
    """Raise `Trouble` when processes of ours are connected to the database: a worker, or servers of another Redis."""
    ours = connection.scalar(_OURS_CONNECTED, {"name": APPLICATION_NAME})
    if ours:
        raise Trouble(f"{ours} connections of servers or workers are open in the database", STOP_THEM)


# What stays behind the tables: the analysts' views and what triggers call. What an extension brought is not in a backup.
_DROP_REST = """
DROP SCHEMA IF EXISTS analytics CASCADE;
DO $$
DECLARE
    one regprocedure;
BEGIN
    FOR one IN SELECT oid FROM pg_proc AS found WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = found.oid AND deptype = 'e')
    LOOP
        EXECUTE 'DROP ROUTINE ' || one || ' CASCADE';
    END LOOP;
END $$;
"""


def _tables_to_replace(connection: Connection, *, replace: bool) -> list[str]:
    tables = list(connection.scalars(_TABLES))
    if tables and not replace:
        raise Trouble(
            f"the database holds {len(tables)} tables already",
            "restore into an empty one, or use --replace, which removes all that is in it",
        )
    return tables


def _show_ids(connection: Connection) -> set[str]:
    present = connection.scalar(text("SELECT to_regclass('public.journal_head')"))
    return set(connection.scalars(text("SELECT show_id FROM public.journal_head"))) if present else set()


def _load(url: str, archive: Path, version: int, tables: list[str]) -> None:
    """Replace the tables, load the archive and change the epochs in one transaction. Raises `Trouble`; then nothing is changed."""
    address, environment = address_for_tools(url)
    command = [str(find_tool("psql", version)), "--no-psqlrc", "--quiet", "--single-transaction", "--file=-"]
    command += ["--set=ON_ERROR_STOP=1", "--output=/dev/null", f"--dbname={address}"]
    first = "SET lock_timeout = '5s'; SET client_min_messages = warning;\n"
    first += f"DROP TABLE {', '.join(tables)} CASCADE;\n{_DROP_REST}" if tables else ""
    unpack = [
        str(find_tool("pg_restore", version)),
        "--no-owner",
        "--no-privileges",
        "--file=-",
        str(archive),
    ]
    with tempfile.TemporaryFile() as errors:
        psql = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=errors)
        assert psql.stdin is not None, "it is a pipe"
        try:
            unpacked = _feed(psql, first, unpack)
            if unpacked.returncode != 0 and not _ends_soon(psql):
                raise failure_of("pg_restore", unpacked.stderr)
            if psql.wait() != 0:
                errors.seek(0)
                raise failure_of("psql", errors.read())
        finally:
            # Killed before the end of its input, it has committed nothing.
            psql.kill()
            psql.wait()


def _ends_soon(psql: "subprocess.Popen[bytes]") -> bool:
    """Whether psql has stopped by itself, at an error: then pg_restore only found nobody who took what it wrote."""
    try:
        psql.wait(_STOPPING_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return False
    return True


def _feed(
    psql: "subprocess.Popen[bytes]", first: str, unpack: list[str]
) -> "subprocess.CompletedProcess[bytes]":
    """Give psql the script; its input ends, and so commits, only if all of the archive was unpacked."""
    assert psql.stdin is not None, "it is a pipe"
    unpacked = subprocess.CompletedProcess[bytes](unpack, 0)
    try:
        psql.stdin.write(first.encode())
        psql.stdin.flush()
        unpacked = subprocess.run(unpack, stdout=psql.stdin, stderr=subprocess.PIPE, check=False)
        if unpacked.returncode == 0:
            psql.stdin.write(_AFTERWARDS)
            psql.stdin.close()
    except BrokenPipeError:
        pass  # psql has stopped at an error, and says which
    return unpacked


async def forget(settings: Settings, show_ids: set[str]) -> None:
    """Drop the live counters of these shows and the flushes that no worker has read."""
    assert settings.redis_url is not None, "the caller has seen it"
    link: Link = open_link(settings.redis_url)
    keys = Keys(settings.redis_prefix)
    names = [
        keys.ledger,
        *keys.ledgers,
        *(key for show in show_ids for key in (keys.totals(show), keys.processes(show))),
    ]
    try:
        answered = await link.run_many([("DEL", name) for name in names])
        failed = next((answer for answer in answered if isinstance(answer, Exception)), None)
        if failed is not None:
            raise failed
    except REDIS_AWAY as error:
        raise Trouble(
            f"the database is restored, but Redis could not be told to forget ({error})",
            "empty Redis before a server starts",
        ) from None
    finally:
        await link.close()
