"""Links that work once: their codes, and what is said to who comes by one that does not work (any more)."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.tokens import Identity
from server.channels.invitations_repository import read_by_code, use_invitation
from server.channels.tables import InvitationRow
from server.clock import Clock
from server.errors import RefusedError
from server.ids import new_id
from server.protocol.codes import Code

Kind = Literal["owner", "join", "reset"]
CODE_BYTES = 24
"""32 characters."""
OWNER_LIFETIME = timedelta(hours=1)
INVITATION_LIFETIME = timedelta(hours=72)
RESET_LIFETIME = timedelta(hours=24)
PAGES: dict[Kind, str] = {"owner": "/studio/welcome", "join": "/studio/join", "reset": "/studio/join"}


class Links:
    """Makes them. A code follows from the link's id and the installation's secret, so that it can be told again and need not be kept."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret.encode()
        self._clock = clock

    def new(
        self,
        kind: Kind,
        *,
        lifetime: timedelta,
        by: Identity | None = None,
        channel_id: str | None = None,
        role: str = "admin",
        email: str = "",
        person_id: str | None = None,
    ) -> InvitationRow:
        """Return the row of a new link, made by somebody or by the terminal."""
        id, now = new_id("in"), self._clock.now()
        return InvitationRow(
            id=id,
            kind=kind,
            code_sha256=hash_of(self.code_of(id)),
            channel_id=channel_id,
            role=role,
            email=email,
            person_id=person_id,
            created_at=now,
            ends_at=now + lifetime,
            made_by=by.viewer_id if by else "",
            made_by_name=by.name if by else "",
        )

    def code_of(self, link_id: str) -> str:
        """Return the code of a link."""
        digest = hmac.digest(self._secret, f"link:{link_id}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:CODE_BYTES]).decode()

    def path_of(self, row: InvitationRow) -> str:
        """Return the address of a link behind the server's name. The code stands behind `#`, which no browser sends."""
        return f"{PAGES[kind_of(row)]}#code={self.code_of(row.id)}"


def hash_of(code: str) -> str:
    """Return what is kept of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


def is_open(row: InvitationRow | None, kind: Kind, now: datetime) -> bool:
    """Whether a link of that kind can still be used."""
    return row is not None and row.kind == kind and row.used_at is None and row.ends_at > now


async def use(connection: AsyncConnection, code: str, kind: Kind, now: datetime) -> InvitationRow:
    """Use a link and return its row; raises `unauthenticated` as `explain` says."""
    used = await use_invitation(connection, hash_of(code), kind, now)
    if used is None:
        raise explain(await read_by_code(connection, hash_of(code)), kind, now)
    return used


def kind_of(row: InvitationRow) -> Kind:
    """Return the kind of a link."""
    return next(kind for kind in PAGES if kind == row.kind)


def explain(row: InvitationRow | None, kind: Kind, now: datetime) -> RefusedError:
    """Return the refusal of a link; who has one that was good hears why it is not any more, who guesses hears nothing."""
    if row is None or row.kind != kind:
        return RefusedError(Code.UNAUTHENTICATED, "This link is not valid, or no longer.")
    if row.used_at is not None:
        return RefusedError(Code.UNAUTHENTICATED, "This link was used.", why="used_up")
    assert row.ends_at <= now, "else it could be used"
    return RefusedError(Code.UNAUTHENTICATED, "The time of this link is over.", why="ended")
