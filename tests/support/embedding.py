"""Whose pages a showroom's channel lets in."""

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.support.eventually import eventually
from tests.support.showroom import Showroom


async def let_in(room: Showroom, **changes: list[str]) -> None:
    """Set the channel's `origins` and `frame_ancestors`, and return once pages of the origins get through."""
    await room.ask("PATCH", "/channel", "admin", changes)
    for origin in changes.get("origins", []):

        async def opens(origin: str = origin) -> bool:
            try:
                async with connect(f"ws://{room.address}/v1/live", origin=origin):  # type: ignore[arg-type]
                    return True
            except InvalidStatus:
                return False

        await eventually(opens)
    async with httpx.AsyncClient(base_url=f"http://{room.address}") as client:
        for ancestor in changes.get("frame_ancestors", []):

            async def framed(ancestor: str = ancestor) -> bool:
                return ancestor in (await client.get("/embed/shows/demo")).headers["content-security-policy"]

            await eventually(framed)
