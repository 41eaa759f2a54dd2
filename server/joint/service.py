"""Holding a show together with shows of other channels: invited by one, joined by another, left by either."""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.principal import Principal
from server.audit.actions import Action
from server.audit.tables import AuditRow
from server.audit.trail import insert_audit
from server.clock import Clock
from server.db.engine import SQL_AWAY, Database
from server.errors import RefusedError
from server.ids import new_id
from server.joint import repository
from server.joint.rules import INVITED_FOR, LEADING, Held, require_joinable
from server.joint.settling import Settling
from server.joint.tables import JointInvitationRow
from server.protocol.codes import Code
from server.protocol.pushes import Show
from server.shows.repository import as_show, read_show


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation's `code`, which is told this once, and until when it may be used."""

    code: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody who holds a code may see of it: the show that invites, and what its channel is called."""

    show: Show
    name: str
    ends_at: datetime


class JointShows:
    """The invitations to all shows, and who has taken them."""

    def __init__(self, database: Database, clock: Clock, settling: Settling) -> None:
        self._database = database
        self._clock = clock
        self._settling = settling

    async def invite(self, show_id: str, by: Principal) -> Invited:
        """Return an invitation to hold the channel's show together, used once; raises `not_found` and `show_not_live`."""
        now = self._clock.now()
        code = f"jc_{secrets.token_urlsafe(24)}"
        row = JointInvitationRow(
            code_sha256=_hash(code), show_id=show_id, made_by=by.id, made_at=now, ends_at=now + INVITED_FOR
        )
        async with self._database.write_soon() as connection:
            show = await _own(connection, show_id, by)
            if show.state not in LEADING:
                raise RefusedError(Code.SHOW_NOT_LIVE, "The show is over.")
            if (await repository.read_beside(connection, show_id)).held_in is not None:
                raise RefusedError(Code.CONFLICT, "This show is held in another one, which invites.")
            await repository.insert_invitation(connection, row)
            await insert_audit(connection, _note(by, show_id, "joint.invite", show_id, now))
        return Invited(code, row.ends_at)

    async def look(self, code: str) -> Sight:
        """Return what an invitation is to; raises `not_found` for one that was used, or whose time is over."""
        async with self._database.read_soon() as connection:
            row = await self._find(connection, code)
            show = await read_show(connection, row.show_id)
            held = (await repository.read_held(connection, [row.show_id])).get(row.show_id)
        if show is None or held is None:
            raise RefusedError(Code.NOT_FOUND, "This invitation has ended.")
        return Sight(as_show(show), held.name, row.ends_at)

    async def join(self, code: str, show_id: str, by: Principal) -> Show:
        """Hold the channel's show in the one that invited, and return it as it stands then.

        Raises `not_found`, `invalid` for one's own invitation, `show_not_live`, `conflict`, `too_many`.
        """
        now = self._clock.now()
        async with self._database.write_soon() as connection:
            await repository.lock_joint_shows(connection)
            invitation = await self._find(connection, code)
            show = await _own(connection, show_id, by)
            leading = (await repository.read_held(connection, [invitation.show_id]))[invitation.show_id]
            of_leading = await repository.read_beside(connection, leading.id)
            require_joinable(leading, of_leading, show, await repository.read_beside(connection, show_id))
            await repository.delete_invitation(connection, invitation.code_sha256)
            await repository.insert_joint(connection, leading.id, show_id, now, by.id)
            for place, other in ((leading.id, show_id), (show_id, leading.id)):
                await insert_audit(connection, _note(by, place, "joint.join", other, now))
        await self._settle(leading.id)
        return await self._show(show_id)

    async def leave(self, show_id: str, other_id: str, by: Principal) -> Show:
        """Hold the channel's show no longer together with the other one, whichever leads, and return it as it stands then.

        Raises `not_found` where they are not held as one. A show that has begun goes on by itself.
        """
        now = self._clock.now()
        async with self._database.write_soon() as connection:
            await repository.lock_joint_shows(connection)
            await _own(connection, show_id, by)
            leads = await repository.end_joint(connection, show_id, other_id, now)
            if not leads and not await repository.end_joint(connection, other_id, show_id, now):
                raise RefusedError(Code.NOT_FOUND, "These shows are not held as one.")
            for place, other in ((show_id, other_id), (other_id, show_id)):
                await insert_audit(connection, _note(by, place, "joint.leave", other, now))
        await self._settle(show_id if leads else other_id)
        return await self._show(show_id)

    async def _settle(self, leading_id: str) -> None:
        """Have the shows follow at once; what does not come about now is made up for by the loop, since it is written down."""
        with suppress(RefusedError, *SQL_AWAY):
            await self._settling.settle(leading_id)

    async def _find(self, connection: AsyncConnection, code: str) -> JointInvitationRow:
        row = await repository.read_invitation(connection, _hash(code), self._clock.now())
        if row is None:
            raise RefusedError(Code.NOT_FOUND, "This invitation was used, or has ended.")
        return row

    async def _show(self, show_id: str) -> Show:
        async with self._database.read_soon() as connection:
            row = await read_show(connection, show_id)
        assert row is not None, "shows are never deleted"
        return as_show(row)


async def _own(connection: AsyncConnection, show_id: str, by: Principal) -> Held:
    show = (await repository.read_held(connection, [show_id])).get(show_id)
    if show is None or show.channel_id != by.channel_id:
        raise RefusedError(Code.NOT_FOUND)
    return show


def _note(by: Principal, show_id: str, action: Action, subject: str, now: datetime) -> AuditRow:
    return AuditRow(
        id=new_id("a"),
        show_id=show_id,
        at=now,
        actor=by.id,
        name=by.name,
        role=by.role,
        action=action,
        subject=subject,
    )


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
