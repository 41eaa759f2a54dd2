"""What somebody is called in a show who asks by HTTP; on a socket the connection says it."""

from typing import cast

from fastapi import Request
from msgspec.structs import replace

from server.access.tokens import Identity
from server.journal.rooms import Rooms


async def as_called(request: Request, show_id: str, identity: Identity) -> Identity:
    """Return who may enter the show by the name that they have there, which may be another one than their token says."""
    if identity.role != "viewer":
        return identity
    room = await cast("Rooms", request.app.state.rooms).open(show_id)
    return replace(identity, name=room.called.shown(identity.name, identity.viewer_id))


async def fit_name(request: Request, show_id: str, name: str) -> str | None:
    """Return a name that a viewer chose for what they write; None for one that they may not have in the show."""
    room = await cast("Rooms", request.app.state.rooms).open(show_id)
    return None if room.called.refuses(name) else name
