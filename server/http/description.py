"""The API's description as a page: made once, in a thread, since that takes seconds in which shows go on."""

import asyncio
import json
from collections.abc import Callable, Iterable

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi

PATH = "/openapi.json"
TITLE = "Showfloor"
VERSION = "1"
SUMMARY = "The interaction backend of live-stream commerce. The live socket: /docs/live."


class Description:
    """One application's, made at the first request for it; those who ask meanwhile wait for the same."""

    def __init__(self, make: Callable[[], bytes]) -> None:
        self._make = make
        self._making: asyncio.Future[bytes] | None = None

    async def __call__(self, request: Request) -> Response:
        """Return it as JSON."""
        if self._making is None:
            self._making = asyncio.ensure_future(asyncio.to_thread(self._make))
        return Response(await asyncio.shield(self._making), media_type="application/json")


def describe(routers: Iterable[APIRouter]) -> bytes:
    """Return the description of all routes, as JSON. Takes a second."""
    routes = [route for router in routers for route in router.routes]
    made = get_openapi(title=TITLE, version=VERSION, summary=SUMMARY, routes=routes)
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def install(app: FastAPI, make: Callable[[], bytes]) -> None:
    """Let `app`, which has no description of FastAPI's own (`openapi_url=None`), tell at `PATH` what `make` returns."""
    app.add_route(PATH, Description(make).__call__, include_in_schema=False)
