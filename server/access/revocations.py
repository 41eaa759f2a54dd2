"""What was ended before its time: SQL is the truth, and each process holds all of it in memory, so that a token costs a look-up.

A word on the bus makes the others read at once; each reads every half second all the same, so a lost word is late by no more.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.revoked_repository import delete_ended, insert_revoked, read_revoked_after, read_top
from server.access.tables import RevokedRow
from server.access.tokens import REMEMBERED_LIFETIME, Identity
from server.clock import Clock
from server.db.engine import Database
from server.db.following import Following
from server.errors import RefusedError
from server.ids import in_channel
from server.protocol.codes import Code

LONGEST_LIFETIME = timedelta(days=366)
"""No token is made for longer (`showfloor token --hours`), so nothing has to be remembered for longer."""
KEY_HELD = timedelta(days=1)
"""Processes believe what they know of a key for less than that; whoever asks SQL later finds that it has ended."""
GUESTS_HELD_MAX = 500_000
"""Above so many nobody's guest sign-in is ended on the server any more: their pages forget the token, and it ends by itself."""


ERASED_AS = "erased:"


def erased_as(viewer_id: str) -> str:
    """Return under what an erased person is remembered, so that tokens left somewhere bring nobody back: a digest that names nobody.

    For who is erased from one channel alone it is made of what `in_channel` returns.
    """
    return ERASED_AS + hashlib.sha256(viewer_id.encode()).hexdigest()


class RevokedWord(msgspec.Struct, frozen=True, tag_field="told", tag="revoked"):
    """The word: something has been ended, SQL says what."""


_words = msgspec.msgpack.Decoder(RevokedWord)
_WORD = msgspec.msgpack.encode(RevokedWord())


def _tell_nobody(word: bytes) -> None:
    """What a command beside the servers does; they find it by themselves."""


class Ended(msgspec.Struct, frozen=True):
    """What a process has just learnt: sign-ins by their id, and people by theirs, or as `in_channel` calls those of one channel."""

    sign_ins: frozenset[str]
    people: frozenset[str]


def _close_nothing(ended: Ended) -> None:
    """What a process without sockets does about them."""


class Ending:
    """What a transaction ends; see `Revocations.ending`."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self.connection = connection
        self.rows: list[RevokedRow] = []
        self._clock = clock

    async def end_person(self, viewer_id: str, *, channel_id: str | None = None) -> datetime:
        """End every token that a person holds now, or those of one channel; return up to when they were made."""
        now = self._clock.now()
        id = viewer_id if channel_id is None else in_channel(channel_id, viewer_id)
        await self.keep(id, True, now, now + LONGEST_LIFETIME)
        return now

    async def end_sign_in(self, sign_in_id: str) -> None:
        """End every token of a sign-in."""
        now = self._clock.now()
        await self.keep(sign_in_id, False, now, now + LONGEST_LIFETIME)

    async def keep(self, id: str, person: bool, at: datetime, ends_at: datetime) -> None:
        """Write one row. From here on the transaction holds up all others that end something, so this comes last in it."""
        await insert_revoked(self.connection, id, person=person, at=at, ends_at=ends_at)
        self.rows.append(RevokedRow(id=id, person=person, at=at, ends_at=ends_at, number=0))


class Revocations:
    """One process's part. `tell(word)` reaches the other processes; `close(ended)` is called with what was not known before."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        tell: Callable[[bytes], None] = _tell_nobody,
        close: Callable[[Ended], None] = _close_nothing,
    ) -> None:
        self._database = database
        self._clock = clock
        self._tell = tell
        self._close = close
        self._number = -1
        self._sign_ins: dict[str, datetime] = {}
        """Until when each has to be remembered."""
        self._people: dict[str, tuple[float, datetime]] = {}
        """Up to which second a person's tokens are good no more, and until when that has to be remembered."""
        self._knows_erased = False
        """Whether anybody has been erased whose tokens have not ended by themselves yet."""
        self._following = Following("revocations", self.run_once)

    def holds(self, sign_in_id: str, viewer_id: str, issued_at: int, channel_id: str = "") -> bool:
        """Whether a token of the sign-in, made at `issued_at` (seconds) for the channel, was ended before its time."""
        if sign_in_id in self._sign_ins:
            return True
        if not self._people:
            return False
        names = [viewer_id, in_channel(channel_id, viewer_id)]
        if self._knows_erased:
            names += [erased_as(name) for name in names]
        return any(issued_at <= self._people[name][0] for name in names if name in self._people)

    async def sign_out(self, identity: Identity) -> None:
        """End every token of the bearer's sign-in, in all processes; returns once that is committed and holds here.

        Raises `busy` for a guest when very many are held already, and `unavailable`.
        """
        if identity.guest and len(self._sign_ins) >= GUESTS_HELD_MAX:
            raise RefusedError(Code.BUSY, retry_after_ms=60_000)
        longest = REMEMBERED_LIFETIME if identity.guest else LONGEST_LIFETIME
        now = self._clock.now()
        async with self.ending() as ending:
            await ending.keep(identity.sign_in_id, False, now, max(identity.expires_at, now + longest))

    async def end_person(self, viewer_id: str) -> None:
        """End every token that a person holds now, of whichever sign-in; new ones are theirs to get."""
        async with self.ending() as ending:
            await ending.end_person(viewer_id)

    async def end_key(self, end: Callable[[AsyncConnection], Awaitable[str]]) -> None:
        """End a program's or a shop's key in the transaction in which `end` writes so and returns its id; empty: nothing has ended.

        Returns once that is committed and holds here.
        """
        async with self.ending() as ending:
            id = await end(ending.connection)
            if id:
                now = self._clock.now()
                await ending.keep(id, False, now, now + KEY_HELD)

    @asynccontextmanager
    async def ending(self) -> AsyncIterator[Ending]:
        """Yield a transaction in which sign-ins are ended together with the reason for it; it holds here once that is committed."""
        async with self._database.write_soon() as connection:
            ending = Ending(connection, self._clock)
            yield ending
        if ending.rows:
            self._take(ending.rows)
            self._tell(_WORD)

    def hear_word(self, word: bytes) -> None:
        """Take what another process tells; words of other kinds are left alone."""
        try:
            _words.decode(word)
        except msgspec.DecodeError:
            return
        self._following.ask()

    async def run(self) -> None:
        """Read what is new, at once when told to, until cancelled; an absent database is waited out."""
        await self._following.run()

    async def run_once(self) -> None:
        """Read what was ended since the last time."""
        if await read_top(self._database) == self._number:
            return
        async with (
            self._database.write_soon() as connection
        ):  # one row and what is new: no snapshot is needed
            top, rows = await read_revoked_after(connection, self._number)
        self._number = top
        self._take(rows)

    async def forget_ended(self) -> None:
        """Let go of what no token could be believed by any more, here and in SQL."""
        now = self._clock.now()
        self._sign_ins = {id: ends_at for id, ends_at in self._sign_ins.items() if ends_at > now}
        self._people = {id: held for id, held in self._people.items() if held[1] > now}
        async with self._database.write() as connection:
            await delete_ended(connection, now)

    def _take(self, rows: list[RevokedRow]) -> None:
        sign_ins, people = set[str](), set[str]()
        for row in rows:
            if row.person:
                self._knows_erased = self._knows_erased or row.id.startswith(ERASED_AS)
                held = self._people.get(row.id)
                if held is None or held[0] < row.at.timestamp():
                    people.add(row.id)
                    self._people[row.id] = row.at.timestamp(), row.ends_at
            elif row.id not in self._sign_ins:
                sign_ins.add(row.id)
                self._sign_ins[row.id] = row.ends_at
        if sign_ins or people:
            self._close(Ended(frozenset(sign_ins), frozenset(people)))
