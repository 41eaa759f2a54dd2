"""Imports taken in, looked at and applied, and files of what a channel has."""

import asyncio
import hashlib
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
import structlog

from server.access.principal import Principal
from server.catalogue.repository import read_currency, read_families, read_ranks
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.feeds import repository
from server.feeds.exporting import Export
from server.feeds.job import Task
from server.feeds.line_pictures import LinePicture, count_pictures, failed_addresses, pictures_of_lines
from server.feeds.rules import Format
from server.feeds.tables import ImportRow
from server.ids import new_id
from server.pictures.sources import want_pictures
from server.protocol.codes import Code
from server.waking import Waking

KEPT_DAYS = 7
"""How long an import can be looked at."""
PATIENCE = timedelta(seconds=10)
"""How long after a process has taken an import up another may, if nobody works on it."""
LOOK_SECONDS = 3.0
"""How often a process looks for imports that another one has left."""
JOB_SECONDS_MAX = 600.0
ATTEMPTS_MAX = 3
PRODUCTS_AT_ONCE = 500

log = structlog.get_logger()
Tell = Callable[[str, Sequence[str]], None]


class Line(NamedTuple):
    """A product of an import: its number, what would come of it, and the pictures that it names elsewhere."""

    n: int
    face: dict[str, Any]
    pictures: list[LinePicture]


class Feeds:
    """The imports of all channels. `tell` takes a channel and its products that an import has changed."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tell: Tell,
        *,
        database_url: str,
        bytes_max: int,
        lines_max: int,
    ) -> None:
        self.bytes_max = bytes_max
        self._database = database
        self._database_url = database_url
        self._lines_max = lines_max
        self._clock = clock
        self._tell = tell
        self._waking = Waking()

    async def receive(
        self, by: Principal, content: bytes, *, name: str, format: Format | None, key: str | None
    ) -> tuple[ImportRow, bool]:
        """Keep a file to be read and compared, and return the import and whether it is new; raises `key_reused`.

        The same key is the same import.
        """
        now = self._clock.now()
        row = ImportRow(
            id=_id_by(by, key) if key else new_id("i"),
            channel_id=by.channel_id,
            state="waiting",
            format=format,
            name=name,
            bytes=len(content),
            digest=hashlib.sha256(content).hexdigest(),
            actor=by.id,
            actor_name=by.name,
            role=by.role,
            created_at=now,
        )
        async with self._database.write() as connection:
            present = await repository.find_import(connection, row.id, by.channel_id)
            if present is None:
                await repository.forget_imports(connection, by.channel_id, now - timedelta(days=KEPT_DAYS))
                await repository.insert_import(connection, row, content)
        if present is not None and present.digest != row.digest:
            raise RefusedError(Code.KEY_REUSED)
        self._waking.tell()
        return present or row, present is None

    async def find(self, channel_id: str, import_id: str) -> ImportRow:
        """Return an import of the channel; raises `not_found`."""
        async with self._database.read() as connection:
            row = await repository.find_import(connection, import_id, channel_id)
        if row is None:
            raise RefusedError(Code.NOT_FOUND, "The channel has no such import.")
        return row

    async def page(self, channel_id: str, *, after: str | None, limit: int) -> list[ImportRow]:
        """Return a channel's imports, the newest first."""
        async with self._database.read() as connection:
            return await repository.list_imports(connection, channel_id, after=after, limit=limit)

    async def pictures(self, imports: Sequence[ImportRow]) -> dict[str, dict[str, int]]:
        """Return how many pictures that each import names wait, are kept and have failed."""
        async with self._database.read() as connection:
            return await count_pictures(connection, [each.id for each in imports])

    async def lines(
        self,
        channel_id: str,
        import_id: str,
        outcomes: Sequence[str],
        *,
        after: int,
        limit: int,
        unfetched: bool = False,
    ) -> list[Line]:
        """Return what would come, or came, of the products of an import, in the file's order; raises `not_found`."""
        await self.find(channel_id, import_id)
        async with self._database.read() as connection:
            found = await repository.list_lines(
                connection, import_id, outcomes, after=after, limit=limit, unfetched=unfetched
            )
            named = await pictures_of_lines(connection, import_id, channel_id, [n for n, _ in found])
        return [Line(n, face, [each for each in named if each.n == n]) for n, face in found]

    async def fetch_again(self, channel_id: str, import_id: str) -> ImportRow:
        """Have the pictures of an import tried anew that could not be fetched; raises `not_found`."""
        row = await self.find(channel_id, import_id)
        async with self._database.write() as connection:
            failed = await failed_addresses(connection, import_id, channel_id)
            await want_pictures(connection, channel_id, failed, self._clock.now())
        return row

    async def apply(self, channel_id: str, import_id: str) -> ImportRow:
        """Have an import applied that is ready, all of it or nothing; raises `not_found`, and `conflict` for one that is not.

        One that is being applied, or was, is returned as it is.
        """
        async with self._database.write() as connection:
            row = await repository.find_import(connection, import_id, channel_id, lock=True)
            if row is None:
                raise RefusedError(Code.NOT_FOUND, "The channel has no such import.")
            if row.state in ("applying", "applied"):
                return row
            if row.state != "ready":
                raise RefusedError(Code.CONFLICT, "The import is not ready.", current={"state": row.state})
            changed: dict[str, Any] = {
                "state": "applying",
                "changed": False,
                "problem": None,
                "percent": 0,
                "attempts": 0,
                "taken_at": None,
            }
            await repository.set_import(connection, import_id, **changed)
        self._waking.tell()
        return row.model_copy(update=changed)

    async def export(self, channel_id: str, format: Format) -> bytes:
        """Return all products of the channel as a file in UTF-8."""
        async with self._database.read() as connection:
            export = Export(format, await read_currency(connection, channel_id))
            ids = list(await read_ranks(connection, channel_id))
            parts = [export.begin()]
            for start in range(0, len(ids), PRODUCTS_AT_ONCE):
                some = ids[start : start + PRODUCTS_AT_ONCE]
                families = await read_families(connection, channel_id, some)
                parts.append(await asyncio.to_thread(export.portion, [families[id] for id in some]))
        return "".join([*parts, export.end()]).encode()

    async def run_once(self) -> None:
        """Wait for something to do, a few seconds at most, and do what there is."""
        await self._waking.do_all(LOOK_SECONDS, self._work)

    async def _work(self) -> bool:
        """Have one import read or applied; False where none waits."""
        async with self._database.write() as connection:
            taken = await repository.take_import(connection, self._clock.now(), PATIENCE)
            if taken is not None and taken.attempts > ATTEMPTS_MAX:
                await _give_up(connection, taken)
                return True
        if taken is None:
            return False
        await self._run_job(taken.id)
        if taken.state == "applying":
            async with self._database.read() as connection:
                self._tell(taken.channel_id, await repository.list_written(connection, taken.id))
        return True

    async def _run_job(self, import_id: str) -> None:
        task = Task(self._database_url, import_id, self._lines_max)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.feeds.job", stdin=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(JOB_SECONDS_MAX):
                await process.communicate(msgspec.json.encode(task))
        except TimeoutError:
            log.warning("import.too_long", id=import_id)
        finally:
            # Killed, it has changed nothing: all that it does is one transaction.
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            log.error("import.failed", id=import_id, exit_code=process.returncode)


async def _give_up(connection: Any, taken: Any) -> None:
    """Say that an import cannot be read, or could not be applied and may be tried again."""
    state = "failed" if taken.state == "waiting" else "ready"
    problem = {"reason": "broken_off", "line": None, "message": "It was begun several times and never ended."}
    await repository.set_import(connection, taken.id, state=state, problem=problem, attempts=0, taken_at=None)


def _id_by(by: Principal, key: str) -> str:
    named = "\0".join((by.channel_id, by.id, key)).encode()
    return f"i_{hashlib.sha256(named).hexdigest()[:32]}"
