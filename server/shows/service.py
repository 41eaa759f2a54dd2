"""Shows through their journal: starting, ending, announcing; and creating one together with its journal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.tables import AuditRow
from server.audit.trail import Actor, insert_audit
from server.channels.repository import read_guests_allowed
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_epoch, new_id
from server.journal.intents import Intent, carry_out_once
from server.journal.journal import Journal
from server.protocol.codes import Code
from server.protocol.pushes import Show, ShowState
from server.shows.announcements import Announcing, Removing, announce_many
from server.shows.arrivals import Declining, Settling, Telling, about, arrive_many
from server.shows.arrivals_repository import read_to_be_told
from server.shows.handing_over import HandingOver, TurningBack, hand_over_many
from server.shows.moderation import HowWritten, Moderating, moderate_show_many
from server.shows.plans import Plan
from server.shows.rehearsal import Part
from server.shows.repository import ShowOrder, as_show, insert_show, read_show, read_shows
from server.shows.rules import ANNOUNCEMENT_CHARACTERS_MAX, Step
from server.shows.steps import AtStep, Stepping, Steps
from server.shows.tables import ShowRow
from server.text import clean_text
from server.webhooks import outbox


@dataclass(frozen=True, slots=True)
class Selection:
    """Which shows of a channel a list is to have: in one of `states` (none: any), with each word of `search` in the title.

    `hidden`: those too that only staff may see. `archived`: those that were taken out of the lists, and no others.
    """

    states: Sequence[ShowState] = ()
    search: str = ""
    order: ShowOrder = "newest"
    hidden: bool = False
    archived: bool = False


EVERY_SHOW = Selection()


Watching = Callable[[str], int | None]
"""How many watch a show now, in all processes; None where this process does not know."""


def nobody_counts(show_id: str) -> None:
    """For where there are no rooms."""


class Shows:
    """What may be done with shows as a whole; `watching` counts an audience that is handed over."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        clock: Clock,
        *,
        parts: Sequence[Part] = (),
        at_end: Sequence[AtStep] = (),
        at_start: Sequence[AtStep] = (),
        bots_looked_for: bool = True,
        watching: Watching = nobody_counts,
    ) -> None:
        self._watching = watching
        self._bots_looked_for = bots_looked_for
        self._journal = journal
        self._database = database
        self._clock = clock
        # The journal groups commands by their handler: it must be the same object each time.
        self._step_many = Steps(parts, at_end, at_start).step_many
        self._announce_many = announce_many
        self._moderate_many = moderate_show_many
        self._hand_over_many = hand_over_many
        self._arrive_many = arrive_many

    async def start(self, show_id: str, actor: Actor, *, intent: Intent | None = None) -> ShowState:
        """Open the show for reactions and purchases; a live show stays live. Raises `conflict` in any other state than before that."""
        return await self._step(show_id, Stepping(actor, "start", self._bots_looked_for), intent)

    async def end(self, show_id: str, actor: Actor, *, intent: Intent | None = None) -> ShowState:
        """End the show for good; an ended show stays ended. Raises `show_not_live` when it has not started."""
        return await self._step(show_id, Stepping(actor, "end"), intent)

    async def step(
        self, show_id: str, actor: Actor, step: Step, channel_id: str, *, intent: Intent | None = None
    ) -> Show:
        """Take a show of the channel a step on, and return how it stands then; a step taken before changes nothing.

        Raises `not_found`, and `conflict` or `show_not_live` in a state that does not allow it.
        """
        stepping = Stepping(actor, step, self._bots_looked_for, channel_id)
        await self._step(show_id, stepping, intent)
        return await self.find(show_id)

    async def follow(self, show_id: str, actor: Actor, step: Literal["start", "end"]) -> ShowState:
        """Start or end a show because the one that it is held in was started or has ended; raises `conflict` and `show_not_live`."""
        return await self._step(show_id, Stepping(actor, step, self._bots_looked_for, follows=True), None)

    async def _step(self, show_id: str, stepping: Stepping, intent: Intent | None) -> ShowState:
        return await self._journal.commit(
            show_id, self._step_many, stepping, intent=intent, kind=ShowState, repeatable=True
        )

    async def moderate(
        self,
        show_id: str,
        actor: Actor,
        changes: dict[str, Any],
        version: int | None = None,
        *,
        intent: Intent | None = None,
    ) -> HowWritten:
        """Set `moderation` or `slow_seconds` of a show, live or not, and return how it takes texts then.

        Raises `conflict` with `current` when `version` is no longer the newest and something would change.
        """
        task = Moderating(actor, changes, version)
        return await self._journal.commit(
            show_id, self._moderate_many, task, intent=intent, kind=HowWritten, repeatable=True
        )

    async def hand_over(
        self, show_id: str, actor: Actor, to: str | None, *, intent: Intent | None = None
    ) -> Show:
        """Show viewers the way to another live show, or none, tell the staff there, and return the show as it stands then.

        Raises `invalid` for the show itself, `not_found`, `not_welcome` for a show of a channel that takes no audience from this one's,
        and `show_not_live` unless there is an audience here and a show there.
        """
        watching = self._watching(show_id)
        task = HandingOver(actor, to, None if watching is None else about(watching))
        show = await self._journal.commit(
            show_id, self._hand_over_many, task, intent=intent, kind=Show, repeatable=True
        )
        await self._tell_who_comes(show_id)
        return show

    async def decline_arrival(
        self, show_id: str, actor: Actor, from_show: str, *, undo: bool = False, intent: Intent | None = None
    ) -> str:
        """Take no audience of the other show, now and later, or `undo` that; return that show's id.

        Its viewers are shown the way here no more, and its staff are told. Where a process dies between the two, the same again does it.
        Raises `invalid`, `not_found` and `too_many`.
        """
        declining = Declining(actor, from_show, undo)
        declined = await self._journal.commit(
            show_id, self._arrive_many, declining, intent=intent, kind=str, repeatable=True
        )
        if not undo:
            await self._journal.commit(from_show, self._hand_over_many, TurningBack(show_id))
            await self._tell_who_comes(from_show)
        return declined

    async def _tell_who_comes(self, show_id: str) -> None:
        """Tell the staff of the shows to which the audience of this one is, or was, handed over what they do not know yet."""
        async with self._database.read_soon() as connection:
            others = await read_to_be_told(connection, show_id)
        for other in others:
            await self._journal.commit(other, self._arrive_many, Telling())

    async def settle_arrival(
        self, show_id: str, actor: Actor, from_show: str, *, intent: Intent | None = None
    ) -> str:
        """Say that staff have read which audience comes, and return its show's id; again it changes nothing."""
        task = Settling(actor, from_show)
        return await self._journal.commit(
            show_id, self._arrive_many, task, intent=intent, kind=str, repeatable=True
        )

    async def announce(self, show_id: str, actor: Actor, text: str, *, intent: Intent | None = None) -> int:
        """Tell everybody in the show, and those who join later, and return the publication's offset; raises `invalid`."""
        cleaned = clean_text(text, characters_max=ANNOUNCEMENT_CHARACTERS_MAX)
        announcing = Announcing(actor, cleaned)
        return await self._journal.commit(show_id, self._announce_many, announcing, intent=intent, kind=int)

    async def remove_announcement(
        self, show_id: str, actor: Actor, offset: int | None, *, intent: Intent | None = None
    ) -> int:
        """Take down what was announced at `offset`, or whatever stands; when it stands no more, change nothing.

        Returns the journal's newest offset.
        """
        removing = Removing(actor, offset)
        return await self._journal.commit(show_id, self._announce_many, removing, intent=intent, kind=int)

    async def create(
        self, channel_id: str, actor: Actor, plan: Plan, *, intent: Intent | None = None
    ) -> Show:
        """Write a new show of the channel with an empty journal of a new epoch; raises `invalid` and `not_found`."""
        row = ShowRow(id=new_id("s"), channel_id=channel_id, created_at=self._clock.now(), **plan.columns())

        async def write(connection: AsyncConnection) -> Show:
            guests_allowed = await read_guests_allowed(connection, channel_id)
            if guests_allowed is None:
                raise RefusedError(Code.NOT_FOUND, "There is no such channel.")
            if plan.guests_allowed is None:
                row.guests_allowed = guests_allowed
            await insert_show(connection, row, epoch=new_epoch())
            await insert_audit(connection, creation(row, actor))
            show = as_show(row)
            if show.state == "scheduled":
                await outbox.put(connection, channel_id, "show.scheduled", {"show": show}, row.created_at)
            return show

        return await carry_out_once(self._database, self._clock, intent, Show, write)

    async def find(self, show_id: str) -> Show:
        """Return the show as everybody may see it; raises `not_found`."""
        async with self._database.read_soon() as connection:
            row = await read_show(connection, show_id)
        if row is None:
            raise RefusedError(Code.NOT_FOUND)
        return as_show(row)

    async def list_of(
        self, channel_id: str, *, after: str | None, limit: int, which: Selection = EVERY_SHOW
    ) -> list[Show]:
        """Return up to `limit` shows of a channel in the selection's order, those behind the show `after` where given."""
        async with self._database.read_soon() as connection:
            return await read_shows(
                connection,
                channel_id,
                after=after,
                limit=limit,
                states=which.states,
                words=which.search.split(),
                order=which.order,
                hidden=which.hidden,
                archived=which.archived,
            )


def creation(row: ShowRow, actor: Actor) -> AuditRow:
    """Return the audit's row of a new show."""
    return AuditRow(
        id=new_id("a"),
        show_id=row.id,
        at=row.created_at,
        actor=actor.viewer_id,
        name=actor.name,
        role=actor.role,
        action="show.create",
        subject=row.id,
    )
