"""Giveaways of shows: prepared beside the journal; opened, entered, drawn and claimed through it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.tables import AuditRow
from server.audit.trail import Actor, insert_audit
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.giveaways import entries_repository, repository
from server.giveaways.claiming import Claimed, Claiming, claim_many
from server.giveaways.entering import Entered, Entering, enter_many
from server.giveaways.leaving_out import Entry
from server.giveaways.moving import Moved, Moving, Removing, move_many, remove_many, settle_many
from server.giveaways.rules import PER_SHOW_MAX, Giveaway, Terms, Won
from server.giveaways.telling import Push, tell_nobody
from server.http.versions import ANY_VERSION, Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.journal.journal import Journal
from server.protocol.codes import Code
from server.shows.repository import read_show


@dataclass(frozen=True, slots=True)
class Proof:
    """What everybody may repeat a draw from: the tickets that were drawn, sorted."""

    giveaway: Giveaway
    tickets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """A viewer's entry, and what they have won by it."""

    giveaway_id: str
    ticket: str
    won: Won | None


class Giveaways:
    """What may be done with giveaways; of other channels none is found.

    Guests who have not watched for `watch_seconds` are in doubt, as in votes; `push` tells winners what they have won.
    """

    def __init__(
        self,
        journal: Journal,
        database: Database,
        clock: Clock,
        *,
        watch_seconds: float,
        push: Push = tell_nobody,
    ) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        # The journal groups commands by their handler: it must be the same object each time.
        self._move_many = partial(move_many, push=push, watch_seconds=watch_seconds)
        self._claim_many = partial(claim_many, push=push)
        self._settle_many = partial(settle_many, push=push)

    async def enter(self, show_id: str, entering: Entering, *, intent: Intent | None = None) -> Entered:
        """Keep a viewer's entry; who has entered gets the same ticket again. Once this returns, it is committed.

        Raises `not_found`, `giveaway_closed`, and `task_open` with `task` for who has not done what it asks for.
        """
        return await self._journal.commit(
            show_id, enter_many, entering, intent=intent, kind=Entered, repeatable=True, patient=True
        )

    async def claim(self, show_id: str, claiming: Claiming, *, intent: Intent | None = None) -> Claimed:
        """Keep that a winner has answered; raises `not_found` for who has not won, and `claim_over`."""
        return await self._journal.commit(
            show_id, self._claim_many, claiming, intent=intent, kind=Claimed, repeatable=True
        )

    async def move(self, show_id: str, moving: Moving, *, intent: Intent | None = None) -> Moved:
        """Open, close, draw, cancel or hide a giveaway, and return how it stands.

        Raises `not_found`, `show_not_live`, and `conflict` with `current` for a stale version, for a step that does not fit, and for
        opening one while another is to be drawn.
        """
        return await self._journal.commit(
            show_id, self._move_many, moving, intent=intent, kind=Moved, repeatable=True
        )

    async def settle(self) -> None:
        """Close in every show what is over, pass on what was not claimed, publish how many have entered."""
        async with self._database.read_soon() as connection:
            due = await repository.read_due(connection, self._clock.now())
        for show_id in due:
            await self._journal.commit(show_id, self._settle_many, None, repeatable=True, patient=True)

    async def prepare(
        self, show_id: str, channel_id: str, actor: Actor, terms: Terms, *, intent: Intent | None = None
    ) -> Giveaway:
        """Keep a giveaway of the show, to be opened by its staff.

        Raises `not_found` for a show, or a product, that the channel does not have, and `invalid` for more than `PER_SHOW_MAX`.
        """

        async def write(connection: AsyncConnection) -> Giveaway:
            if len(await self._own(connection, show_id, channel_id)) >= PER_SHOW_MAX:
                raise RefusedError(Code.INVALID, f"A show has at most {PER_SHOW_MAX} giveaways.")
            product = terms.product_id
            if product is not None and not await repository.has_product(connection, channel_id, product):
                raise RefusedError(Code.NOT_FOUND, "There is no such product here.")
            made = Giveaway(new_id("gv"), channel_id, show_id, terms, "ready", 1, self._clock.now())
            await repository.insert_giveaway(connection, made)
            await insert_audit(connection, _prepared(made, actor))
            return made

        return await carry_out_once(self._database, self._clock, intent, Giveaway, write)

    async def remove(
        self, giveaway_id: str, channel_id: str, actor: Actor, *, match: Match = ANY_VERSION
    ) -> None:
        """Delete a giveaway that was never open; raises `not_found`, and `conflict` for one that was, with 412 for a stale `match`."""
        async with self._database.read_soon() as connection:
            found = await repository.read_giveaway(connection, giveaway_id)
        if found is None or found.channel_id != channel_id:
            raise RefusedError(Code.NOT_FOUND, "There is no such giveaway here.")
        removing = Removing(actor, giveaway_id, match)
        await self._journal.commit(found.show_id, remove_many, removing)

    async def list_of(self, show_id: str, channel_id: str) -> list[Giveaway]:
        """Return the show's giveaways, the oldest first; raises `not_found`."""
        async with self._database.read_soon() as connection:
            return await self._own(connection, show_id, channel_id)

    async def entries_of(self, giveaway_id: str, channel_id: str) -> list[Entry]:
        """Return who entered a giveaway of the channel, and who was left out and why; raises `not_found`."""
        async with self._database.read_soon() as connection:
            found = await repository.read_giveaway(connection, giveaway_id)
            if found is None or found.channel_id != channel_id:
                raise RefusedError(Code.NOT_FOUND, "There is no such giveaway here.")
            return await entries_repository.read_entries(connection, giveaway_id)

    async def own(self, show_id: str, viewers: Sequence[str]) -> list[OwnEntry]:
        """Return the entries in the show of a viewer, by any of their ids, and what they have won."""
        async with self._database.read_soon() as connection:
            entries = await entries_repository.read_entries_of(connection, show_id, viewers)
            of = await repository.read_giveaways(connection, show_id, {giveaway for giveaway, _ in entries})
        own = []
        for (giveaway, _), entry in sorted(entries.items()):
            won = (each for each in of[giveaway].winners if each.ticket == entry.ticket)
            own.append(OwnEntry(giveaway, entry.ticket, next(won, None)))
        return own

    async def prove(self, show_id: str, giveaway_id: str) -> Proof:
        """Return what the draw is repeated from; raises `not_found` before it."""
        async with self._database.read_soon() as connection:
            found = await repository.read_giveaway(connection, giveaway_id)
            if found is None or found.show_id != show_id or found.state != "drawn":
                raise RefusedError(Code.NOT_FOUND, "There is no such draw here.")
            tickets = await entries_repository.read_tickets(connection, giveaway_id)
        return Proof(found, tuple(tickets))

    async def _own(self, connection: AsyncConnection, show_id: str, channel_id: str) -> list[Giveaway]:
        show = await read_show(connection, show_id)
        if show is None or show.channel_id != channel_id:
            raise RefusedError(Code.NOT_FOUND, "There is no such show here.")
        return list((await repository.read_giveaways(connection, show_id)).values())


def _prepared(giveaway: Giveaway, actor: Actor) -> AuditRow:
    return AuditRow(
        id=new_id("a"),
        show_id=giveaway.show_id,
        at=giveaway.created_at,
        actor=actor.viewer_id,
        name=actor.name,
        role=actor.role,
        action="giveaway.prepare",
        subject=giveaway.id,
        details={"task": giveaway.terms.task},
    )
