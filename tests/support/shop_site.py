"""A merchant's own site for tests: pages and files on an origin of their own, under a policy of their own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from mimetypes import guess_type
from pathlib import Path


class ShopSite:
    """Answers GET with the files of a folder and with `pages` by their paths; `policy` is the Content-Security-Policy of all of them."""

    def __init__(self, folder: Path, pages: Mapping[str, str], policy: str) -> None:
        self._folder = folder
        self.pages = dict(pages)
        self.policy = policy
        self.origin = ""
        """Where it is: `http://localhost:port`, which is another site than a server at 127.0.0.1."""

    def url(self, path: str = "/") -> str:
        """Return the address of a page."""
        return self.origin + path

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode().partition("?")[0]
            found = self._find(path)
            kind = "text/html" if path in self.pages else guess_type(path)[0] or "application/octet-stream"
            policy = f"Content-Security-Policy: {self.policy}\r\n" if self.policy else ""
            writer.write(
                f"HTTP/1.1 {'404 Not Found' if found is None else '200 OK'}\r\n{policy}"
                f"Content-Type: {kind}; charset=utf-8\r\nContent-Length: {len(found or b'')}\r\n"
                "Connection: close\r\n\r\n".encode()
                + (found or b"")
            )
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _find(self, path: str) -> bytes | None:
        if path in self.pages:
            return self.pages[path].encode()
        if path == "/favicon.ico":
            return b""
        file = (self._folder / path.lstrip("/")).resolve()
        inside = file.is_relative_to(self._folder.resolve()) and file.is_file()
        return file.read_bytes() if inside else None


@asynccontextmanager
async def shop_site(folder: Path, pages: Mapping[str, str], policy: str = "") -> AsyncIterator[ShopSite]:
    """Serve a site on a free port."""
    site = ShopSite(folder, pages, policy)
    server = await asyncio.start_server(site.answer, "localhost", 0)
    port = server.sockets[0].getsockname()[1]
    site.origin = f"http://localhost:{port}"
    try:
        yield site
    finally:
        server.close()
