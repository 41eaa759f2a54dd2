"""What operators and their machines ask: alive, ready, and how it goes."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from server.db.engine import Database

READY_SECONDS_MAX = 2.0


def router() -> APIRouter:
    """Return the routes of operations."""
    api = APIRouter(tags=["operations"])
    api.add_api_route("/healthz", healthz, summary="Whether the process lives")
    api.add_api_route("/readyz", readyz, summary="Whether a viewer can join", responses={503: {}})
    api.add_api_route(
        "/metrics", metrics, summary="Prometheus metrics of this process", response_class=PlainTextResponse
    )
    return api


async def healthz() -> dict[str, str]:
    """Answers for as long as the process's loop turns."""
    return {"status": "alive"}


async def readyz(request: Request) -> JSONResponse:
    """`ready`, or `degraded` while the processes cannot hear each other: both 200. 503: `draining`, or `database away`."""
    state = request.app.state
    if state.hub.draining:
        return JSONResponse({"status": "draining"}, 503)
    asked: asyncio.Task[str | None] | None = getattr(state, "asked", None)
    if asked is None or asked.done():
        asked = state.asked = asyncio.create_task(_ask(state.database), name="readiness")
    # Not awaited itself: a driver that waits for a server which hangs takes its time even to be cancelled.
    await asyncio.wait({asked}, timeout=READY_SECONDS_MAX)
    error = asked.result() if asked.done() else TimeoutError.__name__
    if error is not None:
        return JSONResponse({"status": "database away", "error": error}, 503)
    return JSONResponse({"status": "ready" if state.bus.alive else "degraded"})


async def _ask(database: Database) -> str | None:
    """Return None when PostgreSQL answers, else the name of what went wrong."""
    try:
        async with database.read_soon() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:
        return type(error).__name__
    return None


def metrics() -> Response:
    """In several processes each has its own; let the scraper ask each."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
