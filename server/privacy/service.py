"""Forgetting a person, and handing out what is kept of them."""

import asyncio
import base64
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.revocations import LONGEST_LIFETIME, Revocations, erased_as
from server.access.revoked_repository import insert_revoked
from server.clock import Clock
from server.comments.erasing import erase_many as erase_comments
from server.db.engine import Database
from server.errors import RefusedError
from server.faq.keeping import forget_asked
from server.ids import in_channel, new_id
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.ledger.final import drop_generations
from server.posts.pictures import PostPictures
from server.posts.service import Posts
from server.privacy import repository
from server.privacy.links_repository import find_links, rename_links
from server.privacy.repository import Reach
from server.protocol.codes import Code
from server.questions.erasing import erase_many as erase_questions
from server.sealing.kinds import KEPT_KINDS
from server.sealing.service import Sealer
from server.sealing.unsealing import unseal

SETTLING_SECONDS_MAX = 45.0
"""How long what is still under way to SQL is waited for."""
FLUSHED_WITHIN = timedelta(seconds=3)
"""What a server has recorded is in the stream so much later, clocks that differ a little included."""
SILENT_FOR = timedelta(minutes=1)
"""A server that was not heard of for so long has nobody who watches."""
LOOK_SECONDS = 0.5
TRIES = 5
_CONTENTION = ("40001", "40P01", "55P03")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased: ids of the person, shows and rows. `settled`: nothing about them can still be under way."""

    ids: int
    shows: int
    rows: int
    settled: bool


class Privacy:
    """Erases and hands out by any id that a person has: a known viewer's, or that of a guest who turned out to be them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        sealer: Sealer,
        journal: Journal,
        revocations: Revocations,
        pictures: PostPictures,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sealer = sealer
        self._journal = journal
        self._revocations = revocations
        self._posts = Posts(journal, database)
        self._pictures = pictures

    async def hand_out(self, viewer_id: str, channel: str | None = None) -> dict[str, Any]:
        """Return everything that is kept about the person, or what `channel` keeps: rows by table, JSON-ready, and pictures by their ids.

        Pictures are JPEG in Base64. Raises `not_found` where there is nothing.
        """
        async with self._database.read() as connection:
            ids = await repository.read_ids(connection, viewer_id, channel)
            reach = await repository.read_reach(connection, ids, channel)
            rows = await repository.read_rows(connection, reach)
            for table, sealed in (await self._sealer.rows_about(connection, ids, reach.shows)).items():
                rows[table] = [*rows.get(table, []), *(row for row in sealed if not _is_kept(table, row))]
        if not rows:
            raise RefusedError(Code.NOT_FOUND)
        kept = {"ids": ids, "made_at": self._clock.now(), "rows": rows}
        pictures = await self._read_pictures(rows)
        return {**kept, "pictures": pictures} if pictures else kept

    async def forget(self, viewer_id: str, *, settling_seconds: float = SETTLING_SECONDS_MAX) -> Forgotten:
        """Erase the person: rows that counts rest on stay under random ids, the rest is deleted. No figure changes.

        First their sign-ins end, and it waits until workers have counted what servers had recorded. Raises `not_found`, `forbidden`
        for those who work for a channel, and `conflict` for those who are watching all the same.
        """
        ids = await self.ids_of(viewer_id)
        async with self._revocations.ending() as ending:
            for id in ids:
                await ending.end_person(id)
        at = self._clock.now()
        quiet = await _wait_for(lambda: self.is_quiet(ids), settling_seconds)
        if not quiet:
            raise RefusedError(Code.CONFLICT)
        settled = await _wait_for(lambda: self.is_settled(at), settling_seconds)
        return await self.erase(ids, settled=settled)

    async def ids_of(self, viewer_id: str, channel: str | None = None) -> list[str]:
        """Return all ids of a person of whom something is kept, or by whom `channel` knows them and keeps something.

        Raises `not_found`, and `forbidden` for those who work for a channel.
        """
        async with self._database.read() as connection:
            ids = await repository.read_ids(connection, viewer_id, channel)
            if await repository.is_staff(connection, ids):
                raise RefusedError(Code.FORBIDDEN)
            if not await repository.is_kept(
                connection, await repository.read_reach(connection, ids, channel)
            ):
                raise RefusedError(Code.NOT_FOUND)
        return ids

    async def is_quiet(self, ids: Sequence[str], channel: str | None = None) -> bool:
        """Whether none of the ids is watching, a show of `channel` where given, on a server that is alive."""
        since = self._clock.now() - SILENT_FOR
        async with self._database.read() as connection:
            return not await repository.is_watching(connection, ids, since, channel)

    async def is_settled(self, at: datetime) -> bool:
        """Whether workers have counted whatever servers recorded until then."""
        async with self._database.read() as connection:
            return await repository.is_read_until(connection, at + FLUSHED_WITHIN)

    async def erase(
        self, ids: Sequence[str], *, channel: str | None = None, settled: bool = True
    ) -> Forgotten:
        """Erase all that is kept of the ids now, or what `channel` keeps; what a show's viewers read of them first."""
        rows = await self._erase_words(ids, channel)
        shows, more = await self._rename({id: new_id("v") for id in ids}, secrets.token_urlsafe(32), channel)
        await self._sealer.tidy()
        await self._pictures.drop_due()
        return Forgotten(len(ids), shows, rows + more, settled)

    async def _erase_words(self, ids: Sequence[str], channel: str | None) -> int:
        async with self._database.read() as connection:
            reach = await repository.read_reach(connection, ids, channel)
            asked = await repository.read_written(connection, reach, "question")
            commented = await repository.read_written(connection, reach, "comment")
            posted = await repository.read_written(connection, reach, "post")
        rows = sum([await self._journal.commit(show, _erase_questions, found) for show, found in asked])
        rows += sum([await self._journal.commit(show, erase_comments, f) for show, f in commented])
        return rows + await self._posts.erase(posted, ids)

    async def _read_pictures(self, rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
        ids = [row["picture_id"] for row in rows.get("post", []) if row["picture_id"]]
        ids += [row["id"] for row in rows.get("post_upload", [])]
        files = {id: await self._pictures.read_card(id) for id in ids}
        return {id: base64.b64encode(file).decode() for id, file in files.items() if file}

    async def _rename(self, names: dict[str, str], salt: str, channel: str | None) -> tuple[int, int]:
        now = self._clock.now()
        for attempt in range(1, TRIES + 1):
            try:
                async with self._database.write() as connection:
                    reach = await repository.read_reach(connection, list(names), channel)
                    rows = await self._rename_in(connection, reach, names, salt)
                    ended = [id if channel is None else in_channel(channel, id) for id in names]
                    rows += await repository.forget_ended(connection, [*names, *ended])
                    for each in map(erased_as, ended):
                        await insert_revoked(
                            connection, each, person=True, at=now, ends_at=now + LONGEST_LIFETIME
                        )
                    return len(reach.shows), rows
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _CONTENTION or attempt == TRIES:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _rename_in(
        self, connection: AsyncConnection, reach: Reach, names: dict[str, str], salt: str
    ) -> int:
        links = await find_links(connection, reach.ids, reach.shows)
        if reach.channel is None:
            rows = await self._sealer.rename(connection, {**names, **links.names}, links.shows, salt)
        else:
            # The person keeps their number in what others have sealed, and gets another one here when these shows are sealed anew.
            rows = 0
            await unseal(connection, links.shows)
            await drop_generations(connection, reach.shows)
        rows += await rename_links(connection, links)
        return rows + await repository.erase(connection, reach, names, salt)


async def _erase_questions(tx: ShowTransaction, asked: Sequence[Sequence[str]]) -> list[int]:
    """Erase the words of questions of the show, and the lines that other rooms have made of them."""
    rows = await erase_questions(tx, asked)
    return [erased + await forget_asked(tx, ids) for erased, ids in zip(rows, asked, strict=True)]


async def _wait_for(asked: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """Return True as soon as the answer is yes; False where that takes too long."""
    until = asyncio.get_running_loop().time() + seconds
    while not await asked():
        if asyncio.get_running_loop().time() >= until:
            return False
        await asyncio.sleep(LOOK_SECONDS)
    return True


def _is_kept(table: str, row: dict[str, Any]) -> bool:
    """Whether a sealed row is in SQL as well."""
    return table == "ledger_entry" and row["kind"] in KEPT_KINDS
