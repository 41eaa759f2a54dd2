"""The three pages and the API's, their assets and media."""

from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.datastructures import Headers
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.protocol.asyncapi import asyncapi

MEDIA = Path(__file__).parents[1] / "demo" / "media"


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
    @router.get("/shows/{show}/")
    def viewer(show: str = "") -> Response:
        return page("index")

    @router.get("/host")
    @router.get("/host/")
    def host() -> Response:
        return page("host")

    @router.get("/analyst")
    @router.get("/analyst/")
    def analyst() -> Response:
        return page("analyst")

    @router.get("/docs")
    @router.get("/docs/")
    @router.get("/docs/live")
    @router.get("/docs/live/")
    def api() -> Response:
        return page("docs")

    @router.get("/asyncapi.json")
    def live_socket(request: Request) -> JSONResponse:
        return JSONResponse(asyncapi(host=request.url.netloc, secure=request.url.scheme == "https"))

    app.include_router(router)
    app.mount("/assets", Assets(directory=pages / "assets", check_dir=False), name="assets")
    app.mount("/media", StaticFiles(directory=MEDIA, check_dir=False), name="media")
