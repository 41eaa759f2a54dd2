"""Shows through their journal: starting, ending, announcing; and creating one together with its journal."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.tokens import NAME_CHARACTERS_MAX
from server.audit.tables import AuditRow
from server.audit.trail import Actor, audit, insert_audit
from server.channels.repository import channel_exists
from server.clock import Clock, to_wire
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.pushes import Moderation, Show, ShowState, Video
from server.shows.announcements import Announcing, Removing, announce_many
from server.shows.bans import Banning, Bans, FindAsker, Unbanning
from server.shows.repository import ShowOrder, as_show, insert_show, read_show, read_shows, update_show
from server.shows.rules import ANNOUNCEMENT_CHARACTERS_MAX, TITLE_CHARACTERS_MAX, Step, state_after
from server.shows.tables import ShowRow
from server.text import clean_line, clean_text
from server.webhooks import outbox

EPOCH_BYTES = 6
"""Eight characters."""

Happened = Literal["show.started", "show.ended"]
NO_VIDEO = Video(hls="", mp4="", poster="")


@dataclass(frozen=True, slots=True)
class Stepping:
    """A member of staff starts or ends the show; `bots_looked_for` says whether the server tells suspected bots."""

    actor: Actor
    step: Step
    bots_looked_for: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What a new show is to be."""

    title: str
    host: str
    moderation: Moderation = "post"
    guests_allowed: bool = True
    starts_at: datetime | None = None
    video: Video = NO_VIDEO


@dataclass(frozen=True, slots=True)
class Selection:
    """Which shows of a channel a list is to have: in one of `states` (none: any), with each word of `search` in the title."""

    states: Sequence[ShowState] = ()
    search: str = ""
    order: ShowOrder = "newest"


EVERY_SHOW = Selection()


class Shows:
    """What may be done with shows as a whole."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        clock: Clock,
        *,
        find_asker: FindAsker,
        bots_looked_for: bool = True,
    ) -> None:
        self._bots_looked_for = bots_looked_for
        self._journal = journal
        self._database = database
        self._clock = clock
        # The journal groups commands by their handler: it must be the same object each time.
        self._step_many = step_many
        self._announce_many = announce_many
        self._ban_many = Bans(find_asker).ban_many

    async def start(self, show_id: str, actor: Actor, *, intent: Intent | None = None) -> ShowState:
        """Open the show for reactions and purchases; a live show stays live. Raises `conflict` when it has ended."""
        return await self._step(show_id, Stepping(actor, "start", self._bots_looked_for), intent)

    async def end(self, show_id: str, actor: Actor, *, intent: Intent | None = None) -> ShowState:
        """End the show for good; an ended show stays ended. Raises `show_not_live` when it has not started."""
        return await self._step(show_id, Stepping(actor, "end"), intent)

    async def _step(self, show_id: str, stepping: Stepping, intent: Intent | None) -> ShowState:
        return await self._journal.commit(
            show_id, self._step_many, stepping, intent=intent, kind=ShowState, repeatable=True
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

    async def ban(
        self,
        show_id: str,
        actor: Actor,
        *,
        viewer_id: str | None = None,
        question_id: str | None = None,
        intent: Intent | None = None,
    ) -> str:
        """Keep a viewer, or whoever asked a question, out of the show from now on, and return their id.

        Raises `invalid` unless one of the two is given, `not_found` for no such question, and `forbidden` for staff.
        """
        if (viewer_id is None) == (question_id is None):
            raise RefusedError(Code.INVALID, "Either `viewer` or `question` must be given.")
        banning = Banning(actor, viewer_id, question_id)
        return await self._journal.commit(
            show_id, self._ban_many, banning, intent=intent, kind=str, repeatable=True
        )

    async def unban(self, show_id: str, actor: Actor, viewer_id: str, *, intent: Intent | None = None) -> str:
        """Let a viewer in again, and return their id."""
        unbanning = Unbanning(actor, viewer_id)
        return await self._journal.commit(
            show_id, self._ban_many, unbanning, intent=intent, kind=str, repeatable=True
        )

    async def create(
        self, channel_id: str, actor: Actor, plan: Plan, *, intent: Intent | None = None
    ) -> Show:
        """Write a new show of the channel, scheduled, with an empty journal of a new epoch; raises `invalid` and `not_found`."""
        row = ShowRow(
            id=new_id("s"),
            channel_id=channel_id,
            title=clean_line(plan.title, characters_max=TITLE_CHARACTERS_MAX),
            host=clean_line(plan.host, characters_max=NAME_CHARACTERS_MAX),
            state="scheduled",
            moderation=plan.moderation,
            guests_allowed=plan.guests_allowed,
            video_hls=plan.video.hls,
            video_mp4=plan.video.mp4,
            video_poster=plan.video.poster,
            created_at=self._clock.now(),
            starts_at=plan.starts_at,
        )

        async def write(connection: AsyncConnection) -> Show:
            if not await channel_exists(connection, channel_id):
                raise RefusedError(Code.NOT_FOUND, "There is no such channel.")
            await insert_show(connection, row, epoch=new_epoch())
            await insert_audit(connection, _creation(row, actor))
            show = as_show(row)
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
            )


def new_epoch() -> str:
    """Return the epoch of a new journal: eight characters by chance."""
    return secrets.token_urlsafe(EPOCH_BYTES)


async def step_many(tx: ShowTransaction, steps: Sequence[Stepping]) -> list[ShowState | RefusedError]:
    """Take the steps in order; only one that changes the state is published and kept."""
    row = await read_show(tx.connection, tx.show_id)
    if row is None:
        return [RefusedError(Code.NOT_FOUND) for _ in steps]
    show = as_show(row)
    answers: list[ShowState | RefusedError] = []
    for stepping in steps:
        try:
            state = state_after(stepping.step, show.state)
        except RefusedError as refused:
            answers.append(_with_current(refused, show))
            continue
        if state != show.state:
            await update_show(tx.connection, tx.show_id, _changes(state, tx.now, stepping))
            show = _show_in(state, show, to_wire(tx.now))
            happened: Happened = "show.started" if state == "live" else "show.ended"
            tx.publish(happened, {"show": show})
            outbox.leave(tx, show.channel, happened, {"show": show})
            audit(tx, stepping.actor, f"show.{stepping.step}", tx.show_id)
        answers.append(state)
    return answers


def _changes(state: ShowState, now: datetime, stepping: Stepping) -> dict[str, Any]:
    if state == "live":
        return {"state": state, "started_at": now, "bots_looked_for": stepping.bots_looked_for}
    return {"state": state, "ended_at": now}


def _show_in(state: ShowState, show: Show, at: str) -> Show:
    if state == "live":
        return msgspec.structs.replace(show, state=state, started_at=at)
    return msgspec.structs.replace(show, state=state, ended_at=at)


def _with_current(refused: RefusedError, show: Show) -> RefusedError:
    if refused.code is Code.CONFLICT:
        refused.data["current"] = msgspec.to_builtins(show)
    return refused


def _creation(row: ShowRow, actor: Actor) -> AuditRow:
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
