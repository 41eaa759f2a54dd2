"""The audit: a row for every moderation and money action of staff, written in the transaction of the action."""

from dataclasses import dataclass
from typing import Any

from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.shows.repository import INSERT_AUDITS


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff who acts: known by `viewer_id`, shown by `name`."""

    viewer_id: str
    name: str
    role: str


def audit(tx: ShowTransaction, actor: Actor, action: str, subject: str, **details: Any) -> None:
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
