"""What one who joins is answered: `joined`, with a snapshot or what was missed, and the whole pulse, as bytes for their lane."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from msgspec import UNSET
from msgspec.structs import replace

from server.access.entry import as_entrant
from server.access.roles import is_staff
from server.access.tokens import Identity
from server.clock import to_wire
from server.hub import metrics
from server.hub.lane import Lane
from server.hub.room import Room, RoomSnapshot
from server.protocol.codec import encode
from server.protocol.commands import Join, Position
from server.protocol.pushes import Joined
from server.text.names import guest_number


@dataclass(frozen=True, slots=True)
class Entrant:
    """Who joins, with the `token` to be given to them, if any, and whether a name of theirs was refused."""

    identity: Identity
    token: str | None
    name_refused: bool


def _recovers(room: Room, position: Position | None) -> bool:
    """Whether everything after `position` is known."""
    return (
        position is not None
        and position.epoch == room.epoch
        and position.offset <= room.top
        and room.reaches(position.offset)
    )


def answer_join(lane: Lane, command: Join, room: Room, entrant: Entrant) -> bytes:
    """Return `joined`, the journal pushes since its position, and the whole pulse, as bytes for this lane."""
    identity, position = as_entrant(entrant.identity, room, talks=True), command.position
    if position is not None and _recovers(room, position):
        snapshot = None
        metrics.JOINS.labels("recovered").inc()
    else:
        held = room.snapshot
        assert held is not None, "made ready before, and a room never loses its snapshot"
        snapshot = _snapshot_for(held, identity, partner=entrant.identity.channel_id != room.channel_id)
        if position is None:
            metrics.COUNTS.joins_fresh += 1
        else:
            metrics.JOINS.labels("refused").inc()
        position = Position(room.epoch, held.offset)
    joined = Joined(
        id=UNSET if command.id is None else command.id,
        viewer=identity.viewer_id,
        role=identity.role,
        expires_at=_wire_of(identity.expires_at),
        recovered=snapshot is None,
        position=position,
        token=entrant.token,
    )
    if entrant.name_refused:
        name = room.called.shown(identity.name, identity.viewer_id)
        joined = replace(joined, name_refused=True, name=name, guest=guest_number(name))
    return room.welcome(lane, encode(joined)[:-1], position.offset, snapshot)


def _snapshot_for(held: RoomSnapshot, identity: Identity, *, partner: bool) -> bytes:
    if not is_staff(identity.role):
        return held.public
    # One that was read before the shows were joined has nothing for partners.
    return held.staff if not partner else held.partner or held.public


@lru_cache(maxsize=1024)
def _wire_of(expires_at: datetime) -> str:
    """Guests who join in the same second have the same."""
    return to_wire(expires_at)
