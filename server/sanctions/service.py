"""What may be asked of sanctions: giving, lifting, appealing, answering, and reading them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from server.access.marks_repository import read_returning, read_taken_for, save_returning
from server.access.sanctions_repository import read_holding, read_own, read_sanction, read_sanctions
from server.access.tables import SanctionRow
from server.audit.trail import Actor, audit_beside
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.journal.intents import Intent
from server.journal.journal import Journal
from server.protocol.codes import Code
from server.sanctions.giving import Desk, Push, Returning, Writers, tell_nobody
from server.sanctions.likeness import Likeness
from server.sanctions.rules import APPEAL_CHARACTERS_MAX, OWN_MAX, Terms, check
from server.sanctions.standing import holds
from server.sanctions.tasks import (
    Answering,
    Appealing,
    Giving,
    Lifting,
    Recognising,
    Standing,
    Task,
    Unbanning,
    Written,
)
from server.shows.repository import read_show
from server.text import clean_text
from server.viewers.alias_repository import read_guests_of


class Whose(NamedTuple):
    """A person in a show: their ids there, and the show's channel."""

    channel_id: str
    viewer_ids: tuple[str, ...]


class Sanctions:
    """See the module. `push` tells people what is laid on them; `tell` has the channel's other shows look at once."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        clock: Clock,
        *,
        writers: Writers,
        returning: Returning,
        push: Push = tell_nobody,
        tell: Callable[[], None] = tell_nobody,
    ) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        # The journal groups commands by their handler: it must be the same object each time.
        self._carry_out_many = Desk(writers, returning, push, tell).carry_out_many

    async def give(
        self,
        show_id: str,
        actor: Actor,
        terms: Terms,
        *,
        viewer_id: str | None = None,
        question_id: str | None = None,
        comment_id: str | None = None,
        post_id: str | None = None,
        intent: Intent | None = None,
    ) -> Standing:
        """Lay a sanction on a viewer, or on whoever wrote a question, a comment or a post; what stands gets the new end and reason.

        Raises `invalid` unless one of the four is given, or for terms that this kind has not; `not_found` for nothing that is so called,
        or a viewer of other channels alone; `forbidden` for staff.
        """
        named = {"question": question_id, "comment": comment_id, "post": post_id}
        given: list[str | Written] = [Written(kind, id) for kind, id in named.items() if id]
        given += [viewer_id] if viewer_id else []
        if len(given) != 1:
            raise RefusedError(
                Code.INVALID, "One of `viewer`, `question`, `comment` and `post` must be given."
            )
        check(terms)
        return await self._commit(show_id, Giving(actor, terms, given[0]), intent)

    async def recognise(self, show_id: str, viewer_id: str, name: str, like: Likeness) -> None:
        """Lay on a viewer what the channel wants for whoever is likely the person of a ban; again it changes nothing."""
        await self._commit(show_id, Recognising(viewer_id, name, like))

    async def unban(self, show_id: str, actor: Actor, viewer_id: str, *, intent: Intent | None = None) -> str:
        """Let a viewer in again, whatever keeps them out of the show, and return their id."""
        async with self._database.read_soon() as connection:
            show = await read_show(connection, show_id)
            if show is None:
                raise RefusedError(Code.NOT_FOUND)
            now = self._clock.now()
            holding = await read_holding(connection, show_id, show.channel_id, viewer_id, kind="ban", now=now)
        for elsewhere in {row.show_id for row in holding} - {show_id}:
            await self._commit(elsewhere, Unbanning(actor, viewer_id))
        unbanned = await self._commit(show_id, Unbanning(actor, viewer_id), intent)
        for row in holding:
            await self._let_go(actor, row.id)
        return unbanned.viewer

    async def lift(
        self, channel_id: str, actor: Actor, sanction_id: str, *, intent: Intent | None = None
    ) -> Standing:
        """End a sanction of the channel, whichever show it was given in; raises `not_found`."""
        where = await self._show_of(channel_id, sanction_id)
        standing = await self._commit(where, Lifting(actor, sanction_id), intent)
        await self._let_go(actor, sanction_id)
        return standing

    async def answer(
        self,
        channel_id: str,
        actor: Actor,
        sanction_id: str,
        *,
        lift: bool,
        intent: Intent | None = None,
    ) -> Standing:
        """Answer an appeal; raises `not_found`, and `conflict` where there is none or another answer stands."""
        task = Answering(actor, sanction_id, lift)
        standing = await self._commit(await self._show_of(channel_id, sanction_id), task, intent)
        if lift:
            await self._let_go(actor, sanction_id)
        return standing

    async def appeal(self, show_id: str, viewer_id: str, sanction_id: str, text: str) -> Standing:
        """Appeal, once, against what was laid on the viewer, or on who they were as a guest of the show.

        Raises `invalid`, `not_found`, and `conflict` for a second appeal or where it has ended.
        """
        cleaned = clean_text(text, characters_max=APPEAL_CHARACTERS_MAX)
        whose = await self._whose(show_id, viewer_id)
        where = await self._show_of(whose.channel_id, sanction_id)
        return await self._commit(where, Appealing(whose.viewer_ids, sanction_id, cleaned))

    async def list_own(self, show_id: str, viewer_id: str) -> list[SanctionRow]:
        """Return what was laid on a viewer in the show, as far as they are told, the newest first; raises `not_found`."""
        whose = await self._whose(show_id, viewer_id)
        async with self._database.read_soon() as connection:
            return await read_own(connection, show_id, whose.channel_id, whose.viewer_ids, OWN_MAX)

    async def holding(self, show_id: str, channel_id: str, viewer_ids: Sequence[str]) -> list[SanctionRow]:
        """Return what holds for a person, by all their ids in the show, as far as they are told, the newest first."""
        async with self._database.read_soon() as connection:
            rows = await read_own(connection, show_id, channel_id, viewer_ids, OWN_MAX)
        now = self._clock.now()
        return [row for row in rows if holds(row, now)]

    async def list_of(
        self, channel_id: str, *, after: str | None, limit: int, appealed: bool
    ) -> list[SanctionRow]:
        """Return up to `limit` sanctions of the channel, the newest first, behind `after` where given."""
        async with self._database.read_soon() as connection:
            return await read_sanctions(connection, channel_id, after=after, limit=limit, appealed=appealed)

    async def read_returning(self, channel_id: str) -> str:
        """Return what is laid in a channel on whoever is likely somebody banned: a kind of sanction, or `off`."""
        async with self._database.read_soon() as connection:
            return await read_returning(connection, channel_id)

    async def set_returning(self, channel_id: str, actor: Actor, returning: str) -> None:
        """Set it, for whoever is recognised from now on."""
        async with self._database.write() as connection:
            before = await read_returning(connection, channel_id)
            await save_returning(connection, channel_id, returning)
            if before != returning:
                now = self._clock.now()
                terms = {"before": before, "after": returning}
                await audit_beside(
                    connection, actor, "sanction.settings", channel_id, now, channel=channel_id, **terms
                )

    async def _let_go(self, actor: Actor, sanction_id: str) -> None:
        """Lift what was laid on those who were taken for the person of a ban that holds no more."""
        async with self._database.read_soon() as connection:
            taken = await read_taken_for(connection, sanction_id)
        for id, show_id in taken:
            await self._commit(show_id, Lifting(actor, id))

    async def _whose(self, show_id: str, viewer_id: str) -> Whose:
        async with self._database.read_soon() as connection:
            show = await read_show(connection, show_id)
            if show is None:
                raise RefusedError(Code.NOT_FOUND)
            guests = await read_guests_of(connection, show_id, viewer_id)
        return Whose(show.channel_id, (viewer_id, *guests))

    async def _show_of(self, channel_id: str, sanction_id: str) -> str:
        async with self._database.read_soon() as connection:
            row = await read_sanction(connection, channel_id, sanction_id)
        if row is None:
            raise RefusedError(Code.NOT_FOUND, "There is no such sanction here.")
        return row.show_id

    async def _commit(self, show_id: str, task: Task, intent: Intent | None = None) -> Standing:
        return await self._journal.commit(
            show_id, self._carry_out_many, task, intent=intent, kind=Standing, repeatable=True
        )
