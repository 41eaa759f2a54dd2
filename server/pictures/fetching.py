"""Pictures fetched from addresses that somebody else has written: only where this server may go, within time and size, redirects too.

What comes is looked at as what is sent: by its contents, in a process of its own.
"""

import asyncio
from typing import Final

import httpx

from server.errors import RefusedError
from server.http.outbound import AddressRefusedError, read_at_most
from server.pictures.service import Pictures
from server.pictures.unfetched import Unfetched
from server.protocol.codes import Code

FETCH_SECONDS_MAX: Final = 30.0
REDIRECTS_MAX: Final = 3
_HEADERS: Final = {
    "Accept": "image/avif,image/webp,image/png,image/jpeg",
    "Accept-Encoding": "identity",
    "User-Agent": "Showfloor",
}
_LATER: Final = frozenset({408, 425, 429})
"""Statuses below 500 that say nothing of the next time."""


class Fetching:
    """Fetches by a client that goes only where this server may go (`server.http.outbound`)."""

    def __init__(self, client: httpx.AsyncClient, pictures: Pictures) -> None:
        self._client = client
        self._pictures = pictures

    async def fetch(self, channel_id: str, address: str) -> str | Unfetched:
        """Return the id of the channel's picture that the address leads to, or why there is none."""
        content = await self._download(address)
        if isinstance(content, Unfetched):
            return content
        try:
            picture, _ = await self._pictures.add(channel_id, content, by="import")
        except RefusedError as refused:
            return _KEPT_NOT.get(refused.code, Unfetched("away", again=True))
        return picture.id

    async def _download(self, address: str) -> bytes | Unfetched:
        try:
            async with asyncio.timeout(FETCH_SECONDS_MAX):
                return await self._follow(address)
        except (AddressRefusedError, httpx.InvalidURL, httpx.UnsupportedProtocol):
            return Unfetched("address_refused")
        except (httpx.HTTPError, TimeoutError):
            return Unfetched("unreachable", again=True)

    async def _follow(self, address: str) -> bytes | Unfetched:
        url = httpx.URL(address)
        for _ in range(REDIRECTS_MAX + 1):
            async with self._client.stream("GET", url, headers=_HEADERS) as response:
                if response.has_redirect_location and response.next_request is not None:
                    url = response.next_request.url
                    continue
                return await self._read(response)
        return Unfetched("redirects")

    async def _read(self, response: httpx.Response) -> bytes | Unfetched:
        status = response.status_code
        if status >= 500 or status in _LATER:
            return Unfetched("unreachable", again=True)
        if status != httpx.codes.OK:
            return Unfetched("not_found")
        content = await read_at_most(response, self._pictures.bounds.bytes_max)
        return Unfetched("too_large") if content is None else content


_KEPT_NOT: Final = {
    Code.PICTURE_UNREADABLE: Unfetched("unreadable"),
    Code.PICTURE_TOO_LARGE: Unfetched("too_large"),
}
