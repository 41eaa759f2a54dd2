"""How a sanction stands: whether it holds, what is answered about it, and what the audit has of it."""

from datetime import datetime
from typing import Any

from server.access.sanctions_repository import is_of_others_alone, is_staff_member
from server.access.tables import SanctionRow
from server.audit.actions import Action
from server.audit.trail import Actor, audit
from server.clock import to_wire
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.sanctions.faces import as_own, is_told
from server.sanctions.tasks import Standing
from server.shows.repository import as_show
from server.shows.tables import ShowRow


async def require_sanctionable(tx: ShowTransaction, show: ShowRow, viewer_id: str) -> None:
    """Raise `forbidden` for staff, of channels too that hold the show together with its own, and `not_found` for others' viewers."""
    joint = as_show(show).joint
    channels = {show.channel_id} | (frozenset() if joint is None else joint.channels)
    if await is_staff_member(tx.connection, channels, viewer_id):
        raise RefusedError(Code.FORBIDDEN, "Staff cannot be sanctioned.")
    if await is_of_others_alone(tx.connection, channels, viewer_id):
        raise RefusedError(Code.NOT_FOUND, "This viewer was in no show of this channel.")


def holds(row: SanctionRow, now: datetime) -> bool:
    """Whether it is neither lifted nor over."""
    return row.lifted_at is None and (row.ends_at is None or row.ends_at > now)


def standing_of(row: SanctionRow) -> Standing:
    """Return how a sanction stands."""
    until = None if row.ends_at is None else to_wire(row.ends_at)
    own = as_own(row) if is_told(row) else None
    return Standing(row.viewer_id, row.id, row.version, until, lifted=row.lifted_at is not None, own=own)


def answered(state: str, now: datetime, actor: Actor) -> dict[str, Any]:
    """Return the columns of an appeal that was answered."""
    return {"appeal_state": state, "answered_at": now, "answered_by_name": actor.name}


def note(
    tx: ShowTransaction, actor: Actor, action: Action, row: SanctionRow, *, before: SanctionRow | None
) -> None:
    """Write into the audit what was done, as it was before and is now."""
    terms = terms_of(row)
    audit(
        tx, actor, action, row.viewer_id,
        sanction=row.id, kind=row.kind, reason=row.reason, offset=tx.top,
        before=None if before is None else terms_of(before), after=terms,
    )  # fmt: skip


def terms_of(row: SanctionRow) -> dict[str, Any]:
    """Return what of a sanction the audit has."""
    return {
        "until": None if row.ends_at is None else to_wire(row.ends_at),
        "reason": row.reason,
        "channel": row.whole_channel,
        "device": row.device,
        "address": row.address,
        "like": row.like_id,
        "lifted": row.lifted_at is not None,
        "appeal": row.appeal_state,
    }
