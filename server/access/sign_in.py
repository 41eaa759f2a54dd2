"""Signing in: a short-lived code, handed over in an address, becomes a token that never stands in one."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import cast, get_args

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.people import person_of
from server.access.repository import (
    delete_ended_codes,
    forget_staff_unseen_since,
    insert_code,
    read_code,
    save_staff_member,
    take_one_use,
)
from server.access.roles import Role, is_staff
from server.access.tables import SignInCodeRow, StaffMemberRow
from server.access.tokens import Identity, Tokens
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.journal.intents import carry_out_once, intent_of
from server.protocol.codes import Code

CODE_BYTES = 18
CODE_LIFETIME = timedelta(minutes=15)
STAFF_NAMES_KEPT = timedelta(days=180)
"""How long after somebody was staff for the last time nobody else may carry the name."""


class SignIn:
    """Issues codes and exchanges them; only a code's hash is kept."""

    def __init__(self, database: Database, tokens: Tokens, clock: Clock) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock

    async def issue_code(
        self,
        channel_id: str,
        role: Role,
        *,
        subject: str,
        person: str | None = None,
        uses: int = 1,
        lifetime: timedelta = CODE_LIFETIME,
    ) -> str:
        """Return a new code for `role` in `channel_id`, good for `uses` exchanges until `lifetime` is over.

        `subject` is the name that the bearer is shown by, `person` their id; without it, that of whoever has the name in the role.
        """
        code = secrets.token_urlsafe(CODE_BYTES)
        now = self._clock.now()
        row = SignInCodeRow(
            code_sha256=_hash(code),
            channel_id=channel_id,
            role=role,
            subject=subject,
            person=person or person_of(channel_id, role, subject),
            expires_at=now + lifetime,
            uses_left=uses,
        )
        async with self._database.write_soon() as connection:
            await delete_ended_codes(connection, now)
            await insert_code(connection, row)
            await self._keep_staff(connection, row, now)
        return code

    async def exchange(self, code: str, key: str | None = None) -> Identity:
        """Use `code` once and return whom it stands for; raises `unauthenticated` for a code that is wrong, ended or used up.

        The same code with the same idempotency key gives the same identity again, and is used once by that.
        """
        intent = intent_of(f"code_{_hash(code)}", key, "POST /v1/sign-in")
        return await carry_out_once(
            self._database, self._clock, intent, Identity, lambda connection: self._use(connection, code)
        )

    async def _use(self, connection: AsyncConnection, code: str) -> Identity:
        now = self._clock.now()
        row = await take_one_use(connection, _hash(code), now)
        if row is not None:
            await self._keep_staff(connection, row, now)
        if row is None or row.role not in get_args(Role):
            raise await _explain(connection, code, now)
        return self._tokens.new_member(
            row.channel_id, cast("Role", row.role), name=row.subject, viewer_id=_viewer_of(row)
        )

    async def _keep_staff(self, connection: AsyncConnection, row: SignInCodeRow, now: datetime) -> None:
        """From the moment the code exists its bearer's name is theirs alone in the channel."""
        if not is_staff(row.role):
            return
        member = StaffMemberRow(
            channel_id=row.channel_id,
            viewer_id=_viewer_of(row),
            role=row.role,
            name=row.subject,
            seen_at=now,
        )
        await forget_staff_unseen_since(connection, row.channel_id, now - STAFF_NAMES_KEPT)
        await save_staff_member(connection, member)


def _viewer_of(row: SignInCodeRow) -> str:
    return row.person or person_of(row.channel_id, row.role, row.subject)


async def _explain(connection: AsyncConnection, code: str, now: datetime) -> RefusedError:
    """Return the refusal of a code; who has one that was good hears why it is not any more, who guesses hears nothing."""
    row = await read_code(connection, _hash(code))
    if row is None:
        return RefusedError(Code.UNAUTHENTICATED, "This sign-in code is not valid, or no longer.")
    if row.expires_at <= now:
        return RefusedError(Code.UNAUTHENTICATED, "The time of this sign-in code is over.", why="ended")
    return RefusedError(Code.UNAUTHENTICATED, "This sign-in code was used up.", why="used_up")


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
