"""Whose a post is: a viewer's own ids in the show in which it was sent."""

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.tokens import Identity
from server.viewers.alias_repository import read_guests_of


async def read_ids_in(connection: AsyncConnection, show_id: str, viewer: Identity) -> list[str]:
    """Return the viewer's id, and those of the guests of the show who are this viewer; a guest is nobody else."""
    guests = [] if viewer.guest else await read_guests_of(connection, show_id, viewer.viewer_id)
    return [viewer.viewer_id, *guests]
