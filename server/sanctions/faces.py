"""Sanctions as staff, and as the people themselves, read them."""

from typing import cast

from msgspec import UNSET

from server.access.sanctions_repository import UNTOLD
from server.access.tables import SanctionRow
from server.clock import to_wire
from server.protocol.pushes import Banned
from server.protocol.sanctioned import (
    Appeal,
    AppealState,
    LikeBy,
    OwnSanction,
    Sanction,
    SanctionKind,
    SanctionReason,
)


def as_banned(row: SanctionRow) -> Banned:
    """Return a ban as it stands in the list of who is banned."""
    until = UNSET if row.ends_at is None else to_wire(row.ends_at)
    return Banned(viewer=row.viewer_id, name=row.name, at=to_wire(row.at), by=row.actor_name, until=until)


def as_staff(row: SanctionRow) -> Sanction:
    """Return a sanction as staff read it."""
    return Sanction(
        id=row.id,
        kind=cast("SanctionKind", row.kind),
        viewer=row.viewer_id,
        reason=cast("SanctionReason", row.reason),
        at=to_wire(row.at),
        by=row.actor_name,
        version=row.version,
        name=row.name,
        until=None if row.ends_at is None else to_wire(row.ends_at),
        channel=row.whole_channel,
        appeal=_appeal(row) or UNSET,
        device=row.device,
        address=row.address,
        like=row.like_id,
        like_by=cast("LikeBy | None", row.like_by),
    )


def is_told(row: SanctionRow) -> bool:
    """Whether its person learns of it: not of what they would evade if they knew."""
    return row.kind not in UNTOLD


def _appeal(row: SanctionRow) -> Appeal | None:
    if row.appeal_state is None or row.appealed_at is None:
        return None
    return Appeal(cast("AppealState", row.appeal_state), to_wire(row.appealed_at), row.answered_by_name)


def as_own(row: SanctionRow) -> OwnSanction:
    """Return a sanction as its person reads it; a shadow mute is never shown to them."""
    assert is_told(row), "nobody is told of it"
    return OwnSanction(
        id=row.id,
        kind=row.kind,  # type: ignore[arg-type]
        reason=cast("SanctionReason", row.reason),
        at=to_wire(row.at),
        until=None if row.ends_at is None else to_wire(row.ends_at),
        channel=row.whole_channel,
        lifted=row.lifted_at is not None,
        appeal=UNSET if row.appeal_state is None else cast("AppealState", row.appeal_state),
    )
