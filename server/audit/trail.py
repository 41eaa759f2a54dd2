"""The audit: a row for every moderation and money action of staff, written in the transaction of the action."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.principal import Principal
from server.audit.actions import Action
from server.audit.tables import AuditRow
from server.ids import new_id
from server.journal.transaction import ShowTransaction

_AUDIT = AuditRow.__table__  # type: ignore[attr-defined]
INSERT_AUDITS: Final = """
    INSERT INTO audit (id, show_id, at, actor, name, role, action, subject, details)
    SELECT id, show_id, at, actor, name, role, action, subject, details
    FROM json_to_recordset(CAST(%s AS json)) AS a (
        id text, show_id text, at timestamptz, actor text, name text, role text, action text, subject text, details jsonb)
"""


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff who acts, known by `viewer_id`, shown by `name`; or an API key, with its id for one and `key` as role."""

    viewer_id: str
    name: str
    role: str


TERMINAL: Final = Actor("terminal", "", "terminal")
"""Whoever has the server's own machine: nobody of the channel."""


def acting_by(by: Principal) -> Actor:
    """Return who calls a route of the merchant's side as an actor: a member of staff, or a program by its key."""
    return Actor(by.id, by.name, by.role)


class SomebodyActs(Protocol):
    """Whoever can be noted: an `Actor`, or the identity that a token says."""

    @property
    def viewer_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...


def audit(tx: ShowTransaction, actor: Actor, action: Action, subject: str, **details: Any) -> None:
    """Note that `actor` did `action` to `subject`; `details` must be JSON-ready and hold no viewer's text."""
    row = {
        "id": new_id("a"),
        "show_id": tx.show_id,
        "at": tx.now,
        "actor": actor.viewer_id,
        "name": actor.name,
        "role": actor.role,
        "action": action,
        "subject": subject,
        "details": details,
    }
    tx.write(INSERT_AUDITS, [row])


async def insert_audit(connection: AsyncConnection, row: AuditRow) -> None:
    """Write who did what, outside of a show's transaction."""
    await connection.execute(insert(_AUDIT).values(**row.model_dump()))


async def audit_beside(
    connection: AsyncConnection,
    actor: SomebodyActs,
    action: Action,
    subject: str,
    at: datetime,
    **details: Any,
) -> None:
    """Note what belongs to no show: that `actor` did `action` to `subject`; `details` say in which `channel`."""
    row = AuditRow(
        id=new_id("a"),
        show_id="",
        at=at,
        actor=actor.viewer_id,
        name=actor.name,
        role=actor.role,
        action=action,
        subject=subject,
        details=details,
    )
    await insert_audit(connection, row)


async def note_by(
    connection: AsyncConnection, by: Principal, action: Action, subject: str, at: datetime, **details: Any
) -> None:
    """Note what `by` did in their channel beside shows; for rooms below this one, which are handed it."""
    await audit_beside(connection, acting_by(by), action, subject, at, channel=by.channel_id, **details)
