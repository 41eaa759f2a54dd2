"""The API's description as a page: made once, in a thread, since that takes seconds in which shows go on."""

import asyncio
import json

from fastapi import FastAPI, Request, Response

PATH = "/openapi.json"


class Description:
    """One application's, made at the first request for it; those who ask meanwhile wait for the same."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._making: asyncio.Future[bytes] | None = None

    async def __call__(self, request: Request) -> Response:
        """Return it as JSON."""
        if self._making is None:
            self._making = asyncio.ensure_future(asyncio.to_thread(self._make))
        return Response(await asyncio.shield(self._making), media_type="application/json")

    def _make(self) -> bytes:
        return json.dumps(self._app.openapi(), ensure_ascii=False, separators=(",", ":")).encode()


def install(app: FastAPI) -> None:
    """Let `app`, which has no description of FastAPI's own (`openapi_url=None`), tell its routes at `PATH`."""
    app.add_route(PATH, Description(app).__call__, include_in_schema=False)
