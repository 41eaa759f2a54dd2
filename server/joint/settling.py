"""How shows that are held as one are made to say so, and to begin and end together.

The table says who is held in what; the shows follow, each by a publication of its own journal. A process that dies between two of them
leaves the rest to the loop of any other.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from server.audit.trail import Actor
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.joint import repository
from server.joint.rules import BESIDE, Held, joint_of
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.neighbours import Joint
from server.protocol.pushes import Show
from server.shows.plans import rewrite
from server.shows.repository import as_show, read_show
from server.shows.service import Shows
from server.shows.steps import AtStep
from server.shows.tables import ShowRow

BY_THE_LEADING: Final = Actor("joint", "", "server")


@dataclass(frozen=True, slots=True)
class Saying:
    """The show says with whom it is held; `then` is what follows from other people hosting it by that."""

    joint: Joint | None
    then: Sequence[AtStep] = ()


class Settling:
    """Makes shows follow the table, and those that are held in another one follow that.

    `at_staff`: what follows in the leading show when other people host it: those of the shows that are held in it do.
    """

    def __init__(
        self,
        journal: Journal,
        database: Database,
        clock: Clock,
        shows: Shows,
        at_staff: Sequence[AtStep] = (),
    ) -> None:
        self._at_staff = at_staff
        self._journal = journal
        self._database = database
        self._clock = clock
        self._shows = shows
        # The journal groups commands by their handler: it must be the same object each time.
        self._say_many = say_many

    async def run_once(self) -> None:
        """Settle every leading show whose others do not follow it."""
        async with self._database.read() as connection:
            due = await repository.read_due(connection)
        for leading_id in due:
            await self.settle(leading_id)

    async def settle(self, leading_id: str) -> None:
        """Have the shows say with whom they are held, and take the steps that the leading one has taken. Doing it again does no harm."""
        async with self._database.write_soon() as connection:
            members = await repository.read_members(connection, leading_id, self._clock.now())
            leading = (await repository.read_held(connection, [leading_id]))[leading_id]
        beside = [member.show for member in members if member.left_at is None]
        joint = joint_of(leading, beside)
        await self._say(leading.id, Saying(joint, self._at_staff))
        for member in members:
            if member.left_at is None or not await self._is_held_elsewhere(member.show.id, leading_id):
                await self._say(member.show.id, Saying(joint if member.left_at is None else None))
        for show in beside:
            await self._follow(leading, show)
        async with self._database.write_soon() as connection:
            await repository.mark_settled(connection, leading_id, members)

    async def _is_held_elsewhere(self, show_id: str, leading_id: str) -> bool:
        async with self._database.read() as connection:
            now = await repository.read_beside(connection, show_id)
        return now.held_in not in (None, leading_id) or now.holds > 0

    async def _say(self, show_id: str, saying: Saying) -> None:
        await self._journal.commit(show_id, self._say_many, saying, repeatable=True)

    async def _follow(self, leading: Held, show: Held) -> None:
        step = _step_of(leading.state, show.state)
        if step is not None:
            # Somebody may have cancelled it a moment ago.
            with suppress(RefusedError):
                await self._shows.follow(show.id, BY_THE_LEADING, step)


def _step_of(leading: str, state: str) -> Literal["start", "end"] | None:
    if leading == "live" and state in BESIDE and state != "live":
        return "start"
    return "end" if leading == "ended" and state == "live" else None


async def say_many(tx: ShowTransaction, wanted: Sequence[Saying]) -> list[Show | RefusedError]:
    """Have the show say with whom it is held; what it says already is neither published nor kept."""
    answers: list[Show | RefusedError] = []
    for saying in wanted:
        row = await read_show(tx.connection, tx.show_id)
        if row is None:
            answers.append(RefusedError(Code.NOT_FOUND))
            continue
        plain = None if saying.joint is None else msgspec.to_builtins(saying.joint)
        answers.append(as_show(row) if row.joint == plain else await rewrite(tx, row, {"joint": plain}))
        for follow in saying.then:
            await follow(tx, row)
    return answers


async def note_staff(tx: ShowTransaction, show: ShowRow) -> None:
    """Other people host the show: the one that it is held in, if any, follows within a second."""
    await repository.unsettle(tx.connection, show.id)
