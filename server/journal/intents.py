"""Intents: what a caller wants once, however often it is sent. The result is stored in the transaction that brings it about."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db import driver
from server.db.engine import Database
from server.db.forgetting import ForgetsOld
from server.errors import RefusedError
from server.protocol.codec import encode
from server.protocol.codes import Code

R = TypeVar("R")
_HASH_CHARACTERS = 32

INSERT_INTENTS: Final = """
    INSERT INTO intent (viewer_id, key, parameters, result, at)
    SELECT viewer_id, key, parameters, result, at
    FROM json_to_recordset(CAST(%s AS json)) AS i (viewer_id text, key text, parameters text, result text, at timestamptz)
"""
_READ: Final = """
    SELECT viewer_id, key, parameters, result FROM intent
    JOIN unnest(CAST(%s AS text[]), CAST(%s AS text[])) AS wanted (viewer_id, key) USING (viewer_id, key)
"""
_FORGET: Final = """
    DELETE FROM intent WHERE (viewer_id, key) IN (
        SELECT viewer_id, key FROM intent WHERE at < %s ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING 1
"""

Place = tuple[str, str]
"""Viewer and key."""


@dataclass(slots=True)
class Replay:
    """Whether what was asked for had been carried out before, so that the first result is the answer."""

    replayed: bool = False


CURRENT_REPLAY: ContextVar[Replay | None] = ContextVar("replay", default=None)
"""The one of the request in whose task we are; none on a socket. An intent takes it along, since another task may carry it out."""


def note_replay() -> None:
    """Say that the answer of this request's task is the first one again; for what keeps its results itself, as orders do."""
    replay = CURRENT_REPLAY.get()
    if replay is not None:
        replay.replayed = True


@dataclass(frozen=True, slots=True)
class Intent:
    """A caller's `key`, and `parameters`: the hash of everything that was asked for under it."""

    viewer_id: str
    key: str
    parameters: str
    replay: Replay | None = field(default=None, compare=False)

    @property
    def place(self) -> Place:
        """What makes it one of its kind."""
        return self.viewer_id, self.key


@dataclass(frozen=True, slots=True)
class Stored:
    """What an intent came to the first time; `result` is JSON."""

    parameters: str
    result: str

    def answer(self, intent: Intent, kind: Any) -> Any:
        """Return the first result as a `kind`, or `key_reused` when the key came with other parameters then."""
        if self.parameters != intent.parameters:
            return RefusedError(Code.KEY_REUSED)
        if intent.replay is not None:
            intent.replay.replayed = True
        return msgspec.json.decode(self.result, type=kind)


def intent_of(viewer_id: str, key: str | None, *parameters: Any) -> Intent | None:
    """Return the caller's intent; None without a key. `parameters` are JSON-ready, and all that the result depends on."""
    if key is None:
        return None
    asked = hashlib.sha256(encode(parameters)).hexdigest()[:_HASH_CHARACTERS]
    return Intent(viewer_id, key, asked, CURRENT_REPLAY.get())


def as_row(intent: Intent, result: Any, at: datetime) -> dict[str, Any]:
    """Return the row that `INSERT_INTENTS` takes."""
    return {
        "viewer_id": intent.viewer_id,
        "key": intent.key,
        "parameters": intent.parameters,
        "result": encode(result).decode(),
        "at": at,
    }


async def read_stored(connection: AsyncConnection, intents: Iterable[Intent]) -> Mapping[Place, Stored]:
    """Return those of the intents' places that are taken, with what came of it; no SQL for none."""
    places = [intent.place for intent in intents]
    if not places:
        return {}
    rows = await driver.fetch(
        connection, _READ, [[viewer for viewer, _ in places], [key for _, key in places]]
    )
    return {(viewer, key): Stored(parameters, result) for viewer, key, parameters, result in rows}


async def carry_out_once(
    database: Database,
    clock: Clock,
    intent: Intent | None,
    kind: type[R],
    do: Callable[[AsyncConnection], Awaitable[R]],
) -> R:
    """Run `do` in a transaction of its own, or return what it gave under the same intent before; raises `key_reused`.

    For what belongs to no show's journal. `kind` is the type of the result.
    """
    while True:
        try:
            async with database.write_soon() as connection:
                if intent is None:
                    return await do(connection)
                stored = (await read_stored(connection, [intent])).get(intent.place)
                if stored is not None:
                    return _unless_refused(stored.answer(intent, kind), kind)
                result = await do(connection)
                rows = [as_row(intent, result, clock.now())]
                await driver.run(connection, INSERT_INTENTS, [driver.as_json(rows)])
                return result
        except DBAPIError as error:
            if not is_taken(error):
                raise


def is_taken(error: DBAPIError) -> bool:
    """Whether another transaction has taken the same place meanwhile: now its result is there to be read."""
    diagnosis = getattr(error.orig, "diag", None)
    return diagnosis is not None and diagnosis.constraint_name == "intent_pkey"


class Forgetting(ForgetsOld):
    """Forgets intents that are older than `kept_for`."""

    at_once_max = 5_000

    async def forget_before(self, connection: AsyncConnection, before: datetime, most: int) -> int:
        """Delete at most so many, and return how many."""
        return len(await driver.fetch(connection, _FORGET, [before, most]))


def _unless_refused(answer: Any, kind: type[R]) -> R:
    if isinstance(answer, RefusedError):
        raise answer
    assert isinstance(answer, kind), "decoded as one"
    return answer
