"""The three pages and the API's, their assets and media, and the headers that every answer carries."""

from collections.abc import Iterable
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import RefusedError
from server.http.problems import as_response
from server.protocol.asyncapi import asyncapi
from server.protocol.codes import Code

BODY_BYTES_MAX = 64 * 1024
MEDIA = Path(__file__).parents[1] / "demo" / "media"

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def content_policy(media_origins: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy of every answer: all from here, video and pictures from `media_origins` too."""
    media = " ".join(["'self'", *media_origins])
    return (
        f"default-src 'self'; script-src 'self'; style-src 'self'; img-src {media} data: blob:; media-src {media} blob:; "
        f"connect-src {media} ws: wss:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"
    )


class Guard:
    """ASGI middleware: puts the security headers on every answer and refuses bodies over 64 KiB."""

    def __init__(self, app: ASGIApp, media_origins: Iterable[str] = ()) -> None:
        self._app = app
        self._headers = {"Content-Security-Policy": content_policy(media_origins), **HEADERS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > BODY_BYTES_MAX:
            await as_response(RefusedError(Code.TOO_LARGE))(scope, receive, send_guarded)
            return
        await self._app(scope, receive, send_guarded)


class Assets(StaticFiles):
    """Files whose names change with their contents: kept by browsers for good, and sent as compressed as the build left them."""

    ENCODINGS = (("br", ".br"), ("gzip", ".gz"))

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file at `path`, or its compressed twin where there is one that the caller accepts."""
        accepted = Headers(scope=scope).get("accept-encoding", "")
        for name, ending in self.ENCODINGS:
            found, stat = self.lookup_path(path + ending)
            if name in accepted and stat is not None and not path.endswith(ending):
                response: Response = self.file_response(found, stat, scope)
                response.headers["Content-Encoding"] = name
                response.headers["Content-Type"] = guess_type(path)[0] or "application/octet-stream"
                break
        else:
            response = await super().get_response(path, scope)
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def install(app: FastAPI, pages: Path) -> None:
    """Serve the built pages under `pages`, and the demo's media. Without a build the addresses say how to make one."""
    router = APIRouter(include_in_schema=False)

    def page(name: str) -> Response:
        file = pages / f"{name}.html"
        if not file.is_file():
            return Response("The pages are not built yet: run `make setup`.\n", 503, media_type="text/plain")
        return FileResponse(file, headers={"Cache-Control": "no-cache"})

    @router.get("/")
    @router.get("/shows/{show}")
    def viewer(show: str = "") -> Response:
        return page("index")

    @router.get("/host")
    def host() -> Response:
        return page("host")

    @router.get("/analyst")
    def analyst() -> Response:
        return page("analyst")

    @router.get("/docs")
    @router.get("/docs/live")
    def api() -> Response:
        return page("docs")

    @router.get("/asyncapi.json")
    def live_socket(request: Request) -> JSONResponse:
        return JSONResponse(asyncapi(host=request.url.netloc, secure=request.url.scheme == "https"))

    app.include_router(router)
    app.mount("/assets", Assets(directory=pages / "assets", check_dir=False), name="assets")
    app.mount("/media", StaticFiles(directory=MEDIA, check_dir=False), name="media")
