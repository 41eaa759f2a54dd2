"""The pages for people and the API's, their assets and media."""

import os
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from http import HTTPStatus
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.http.cards import Card, first_sight, head_of
from server.http.guard import content_policy
from server.http.language import language_of
from server.http.shells import Shells
from server.protocol.asyncapi import asyncapi

PAGE_SECONDS = 5
"""How long a viewer's page may be kept: a link that is shared everywhere is then asked for once in that time."""
SAME_FOR_ALL = {
    "host": ("/host",),
    "analyst": ("/analyst", "/analyst/{place:path}"),
    "studio": ("/studio", "/studio/{place:path}"),
    "docs": ("/docs", "/docs/live"),
    "receipt": ("/receipt",),
}
FILES = {
    "/favicon.ico": "image/x-icon",
    "/apple-touch-icon.png": "image/png",
    "/icon-192.png": "image/png",
    "/icon-512.png": "image/png",
    "/card.png": "image/png",
    "/manifest.webmanifest": "application/manifest+json",
    "/robots.txt": "text/plain",
    "/licenses.txt": "text/plain",
}
"""What stands in the build's top folder, with its type."""
_SHOW_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
MEDIA = Path(__file__).parents[1] / "demo" / "media"


class Files(StaticFiles):
    """The files of a folder. What is no name of a file is the name of none."""

    KEPT = "public, max-age=86400"

    async def check_config(self) -> None:
        """Find nothing wrong: pages that are not built yet have no assets, which is no fault of the asker's."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Return the file's path and what the system knows of it, None where there is none."""
        try:
            return super().lookup_path(path)
        except (OSError, ValueError):  # too long, a NUL in it, not to be read
            return "", None

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file at `path`; raises 404, and 405 for what is neither GET nor HEAD."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = self.KEPT
        return response


class Assets(Files):
    """Files whose names change with their contents: kept by browsers for good, and sent as compressed as the build left them."""

    KEPT = "public, max-age=31536000, immutable"
    ENCODINGS = (("br", ".br"), ("gzip", ".gz"))

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file at `path`, or its compressed twin where there is one that the caller accepts."""
        response: Response = await super().get_response(path, scope)
        accepted = Headers(scope=scope).get("accept-encoding", "")
        for name, ending in self.ENCODINGS:
            found, stat = self.lookup_path(path + ending)
            if name in accepted and stat is not None and not path.endswith(ending):
                response = self.file_response(found, stat, scope)
                response.headers["Content-Encoding"] = name
                response.headers["Content-Type"] = guess_type(path)[0] or "application/octet-stream"
                response.headers["Cache-Control"] = self.KEPT
                break
        response.headers["Vary"] = "Accept-Encoding"
        return response


class Elements(Assets):
    """Scripts that other pages name by an address that stays: asked for again when they are a few minutes old."""

    KEPT = "public, max-age=300"


CardOf = Callable[[Request, str], Awaitable[Card | None]]
"""Returns the card of a show, or None while it cannot be read; raises `not_found`."""
FramedBy = Callable[[Request, str], Sequence[str]]
"""Returns the origins whose pages may show a channel's shows in a frame, by the channel's id."""


class Addresses:
    """The routes of the pages: each answers with and without a slash at its end."""

    def __init__(self, pages: Path, shells: Shells, card_of: CardOf, framed_by: FramedBy) -> None:
        self._pages = pages
        self._shells = shells
        self._card_of = card_of
        self._framed_by = framed_by
        self.router = APIRouter(include_in_schema=False)
        self._add(self.door, "/")
        self._add(self.show, "/shows/{show}", "/shows/{show}/")
        self._add(self.framed_show, "/embed/shows/{show}", "/embed/shows/{show}/")
        for name, paths in SAME_FOR_ALL.items():
            self._add(partial(self.page, name), *paths, *(f"{path}/" for path in paths))
        for path in FILES:
            self._add(partial(self.file, path), path)

    def _add(self, answer: Callable[..., Any], *paths: str) -> None:
        for path in paths:
            self.router.add_api_route(path, answer, methods=["GET"], response_model=None)

    async def door(self, request: Request) -> Response:
        """The viewer's page, which finds the show by itself."""
        return self._viewer(request, "/", None)

    async def show(self, request: Request, show: str) -> Response:
        """The viewer's page of one show; raises `not_found`."""
        return self._viewer(request, f"/shows/{show}", await self._known(request, show))

    async def framed_show(self, request: Request, show: str) -> Response:
        """The same page for frames on other pages, where the show's channel lets them; raises `not_found`."""
        card = await self._known(request, show)
        response = self._viewer(request, f"/shows/{show}", card)
        ancestors = self._framed_by(request, card.channel_id) if card else ()
        policy = content_policy(self._media_origins(request), frame_ancestors=ancestors)
        response.headers["Content-Security-Policy"] = policy
        # Whom the channel lets in may be another a moment later.
        response.headers["Cache-Control"] = "no-cache"
        return response

    async def _known(self, request: Request, show: str) -> Card | None:
        if _SHOW_ID.fullmatch(show) is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return await self._card_of(request, show)

    def _media_origins(self, request: Request) -> Sequence[str]:
        settings = getattr(request.app.state, "settings", None)
        return () if settings is None else settings.media_origins

    def _viewer(self, request: Request, path: str, card: Card | None) -> Response:
        language = language_of(request.scope)
        head = head_of(self._shells, language, base_of(request), path, card)
        body = first_sight(self._shells, language, card)
        page = self._shells.fill("index", language, head=head, body=body)
        if page is None:
            return _not_built()
        keep = "no-cache" if card is None else f"public, max-age={PAGE_SECONDS}"
        headers = {"Cache-Control": keep, "Vary": "Accept-Language"}
        return HTMLResponse(page, headers=headers)

    def page(self, name: str, request: Request) -> Response:
        """One of the pages that are the same for all who read a language. The API's is in English, and has small pictures in its styles."""
        page = self._shells.spoken(name, "en" if name == "docs" else language_of(request.scope))
        if page is None:
            return _not_built()
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
        if name == "docs":
            headers["Content-Security-Policy"] = content_policy(pictures=["data:"])
        return HTMLResponse(page, headers=headers)

    def file(self, path: str) -> Response:
        """A file that has its address by convention."""
        file = self._pages / path[1:]
        if not file.is_file():
            raise HTTPException(HTTPStatus.NOT_FOUND)
        media_type = FILES[path]
        return FileResponse(file, media_type=media_type, headers={"Cache-Control": "public, max-age=86400"})


def base_of(request: Request) -> str:
    """Return scheme and host as the caller must use them: the name is checked before, the scheme is the trusted proxy's."""
    return f"{request.url.scheme}://{request.headers.get('host', request.url.netloc).lower()}"


def _not_built() -> Response:
    return Response("The pages are not built yet: run `make setup`.\n", 503, media_type="text/plain")


async def no_card(request: Request, show_id: str) -> Card | None:
    """Know no show."""
    return None


def no_frame(request: Request, channel_id: str) -> Sequence[str]:
    """Let nobody's page show anything in a frame."""
    return ()


def install(app: FastAPI, pages: Path, card_of: CardOf = no_card, framed_by: FramedBy = no_frame) -> None:
    """Serve the built pages under `pages`, and the demo's media. Without a build the addresses say how to make one."""
    app.state.shells = shells = Shells(pages)
    app.router.routes.extend(Addresses(pages, shells, card_of, framed_by).router.routes)
    app.add_api_route("/asyncapi.json", live_socket, include_in_schema=False)
    app.mount("/assets", Assets(directory=pages / "assets", check_dir=False), name="assets")
    app.mount("/element", Elements(directory=pages / "element", check_dir=False), name="element")
    app.mount("/media", Files(directory=MEDIA, check_dir=False), name="media")


def live_socket(request: Request) -> JSONResponse:
    """The socket's description for machines."""
    return JSONResponse(asyncapi(host=request.url.netloc, secure=request.url.scheme == "https"))
