"""What operators and their machines ask: alive, ready, and how it goes."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from server.http.readiness import Readiness
from server.http.scrape import Families, gather

READY = Gauge(
    "showfloor_ready", "1 while this process can do its work, as /readyz says; asked at each scrape"
)


class Watch(Protocol):
    """What the routes need of the process they speak for; `app.state.watch`."""

    families: Families
    siblings: tuple[str, ...]
    measure: Callable[[], Awaitable[None]] | None

    async def readiness(self) -> Readiness:
        """Say whether the process can do its work."""
        ...


def router() -> APIRouter:
    """Return the routes of operations."""
    api = APIRouter(tags=["operations"])
    api.add_api_route("/healthz", healthz, summary="Whether the process lives")
    api.add_api_route("/readyz", readyz, summary="Whether a viewer can join", responses={503: {}})
    api.add_api_route(
        "/metrics",
        metrics,
        summary="Prometheus metrics of the processes behind this address",
        response_class=PlainTextResponse,
    )
    return api


async def healthz() -> dict[str, str]:
    """Answers for as long as the process's loop turns."""
    return {"status": "alive"}


async def readyz(request: Request) -> JSONResponse:
    """`ready`, or `degraded` while the processes cannot hear each other: both 200. 503: `draining`, or `database away`."""
    found: Readiness = await request.app.state.watch.readiness()
    return JSONResponse(found.as_json(), 200 if found.ready else 503)


async def metrics(request: Request) -> Response:
    """Metrics of this process; where several share the address, of all of them, each series with its `process`."""
    watch: Watch = request.app.state.watch
    if watch.siblings:
        return Response(await gather(watch.siblings), media_type=CONTENT_TYPE_LATEST)
    READY.set((await watch.readiness()).ready)
    if watch.measure is not None:
        await watch.measure()
    return Response(generate_latest(watch.families), media_type=CONTENT_TYPE_LATEST)
