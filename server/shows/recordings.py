"""Recordings of ended shows through their journal: set, changed, opened to everybody, closed again, removed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from server.audit.actions import Action
from server.audit.trail import Actor, audit
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import Match
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.pushes import Show
from server.shows.line_up import ReadProducts
from server.shows.plans import own_show, rewrite
from server.shows.recording import Recording, recording_of, require_fits
from server.shows.repository import as_show, read_show
from server.shows.tables import ShowRow


class Kept(NamedTuple):
    """What was recorded of a show, None where nobody said, and the show's version."""

    recording: Recording | None
    version: int


@dataclass(frozen=True, slots=True)
class SetRecording:
    """A member of staff of `channel_id` says what was recorded of the show; None: nothing."""

    actor: Actor
    channel_id: str
    recording: Recording | None
    match: Match


class Recordings:
    """Each method is about a show of `channel_id`, and raises `not_found` for any other."""

    def __init__(self, journal: Journal, database: Database, *, read_products: ReadProducts) -> None:
        self._journal = journal
        self._database = database
        self._read_products = read_products
        # The journal groups commands by their handler: it must be the same object each time.
        self._set_many = self.set_recording_many

    async def of(self, show_id: str, channel_id: str) -> Kept:
        """Return what was recorded of the show."""
        async with self._database.read_soon() as connection:
            row = await read_show(connection, show_id)
        if row is None or row.channel_id != channel_id:
            raise RefusedError(Code.NOT_FOUND)
        return Kept(recording_of(row), row.version)

    async def set(
        self, show_id: str, channel_id: str, actor: Actor, recording: Recording | None, match: Match
    ) -> Kept:
        """Say what was recorded of the show, and return it; whoever has the show open is told at once.

        Raises `conflict` for a show that has not ended, and by `match`; `invalid` for a recording that is not of the show.
        """
        task = SetRecording(actor, channel_id, recording, match)
        show = await self._journal.commit(show_id, self._set_many, task)
        return Kept(recording, show.version)

    async def set_recording_many(
        self, tx: ShowTransaction, tasks: Sequence[SetRecording]
    ) -> list[Show | RefusedError]:
        """Carry out the tasks in order; what stands as wished already is neither published nor kept."""
        answers: list[Show | RefusedError] = []
        for task in tasks:
            try:
                answers.append(await self._set(tx, task))
            except RefusedError as refused:
                answers.append(refused)
        return answers

    async def _set(self, tx: ShowTransaction, task: SetRecording) -> Show:
        row = await own_show(tx, task.channel_id)
        if row.state != "ended":
            raise RefusedError(Code.CONFLICT, "A recording is of a show that has ended.")
        before = recording_of(row)
        task.match.require(row.version, Kept(before, row.version))
        if task.recording == before:
            return as_show(row)
        if task.recording is not None:
            require_fits(row, task.recording)
        return await self._keep(tx, row, task, before)

    async def _keep(
        self, tx: ShowTransaction, row: ShowRow, task: SetRecording, before: Recording | None
    ) -> Show:
        action: Action = "show.recording" if task.recording is not None else "show.recording_removed"
        was, now = (each and asdict(each) for each in (before, task.recording))
        audit(tx, task.actor, action, tx.show_id, before=was, after=now)
        show = await rewrite(tx, row, {"recording": now})
        if show.replay is not None and (before is None or not before.shown):
            # Nothing was told of prices and stock since the end.
            products = await self._read_products(tx.connection, tx.show_id, row.channel_id)
            tx.publish("line_up.changed", {"products": products})
        return show
