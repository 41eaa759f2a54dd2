"""The composition root: builds one server process from its settings, and owns everything that runs in it."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

import server.questions.routes
import server.shop.routes
import server.shows.routes
import server.stats.routes
import server.viewers.routes
from server import pages, problems
from server.bus.bus import Bus
from server.clock import Clock, SystemClock
from server.db.engine import Database
from server.hub.admission import Limits
from server.hub.dispatch import Dispatcher
from server.hub.hub import Hub
from server.hub.socket import LiveSocket
from server.journal.journal import Journal
from server.journal.rooms import Rooms
from server.journal.topcheck import TopCheck
from server.ledger.recorder import Recorder
from server.ledger.repository import read_reaction_totals
from server.protocol.commands import Join
from server.protocol.publication import Publication
from server.questions.commands import QuestionCommands
from server.questions.service import Questions
from server.settings import Settings
from server.shop.commands import ShopCommands
from server.shop.payments import FakePayments
from server.shop.service import Shop
from server.shows.commands import ShowCommands
from server.shows.service import Shows
from server.shows.snapshot import read_snapshot
from server.telemetry import set_up_logging
from server.viewers.engagement import Engagement
from server.viewers.join import Joins
from server.viewers.tokens import Tokens
from server.workers.ledger import LedgerWorker
from server.workers.loop import repeat
from server.workers.pulse import PulseTicker


@dataclass(slots=True)
class Process:
    """The parts of one running server process."""

    settings: Settings
    clock: Clock
    process_id: str
    database: Database
    bus: Bus
    hub: Hub
    journal: Journal
    rooms: Rooms
    topcheck: TopCheck
    recorder: Recorder
    tokens: Tokens
    questions: Questions
    shop: Shop
    shows: Shows
    dispatcher: Dispatcher


def limits_of(settings: Settings) -> Limits:
    """Return what the hub keeps to."""
    return Limits(
        connections_max=settings.connections_max,
        connections_per_host_max=settings.connections_per_ip_max,
        connections_per_show_max=settings.connections_per_show_max,
        accepts_per_second_max=settings.accepts_per_second_max,
        commands_per_second=settings.commands_per_second,
        commands_burst=settings.commands_burst,
        in_flight_max=settings.commands_in_flight_max,
        allow_all=not settings.limited,
    )


def build(settings: Settings, clock: Clock) -> Process:
    """Put a process together; nothing runs or connects yet. `settings` must have both URLs."""
    assert settings.database_url, "the command line puts the embedded engines' URLs in"
    assert settings.redis_url, "the command line puts the embedded engines' URLs in"
    process_id = secrets.token_hex(6)
    database = Database(settings.database_url, pool_size=settings.database_pool_size)
    hub = Hub(
        limits_of(settings),
        round_seconds=settings.round_ms / 1000,
        ping_seconds=settings.ping_seconds,
        silence_seconds=settings.silence_seconds,
        join_seconds=settings.join_seconds,
        slow_seconds_max=settings.unsent_seconds_max,
        wall=time.time,
    )

    def take_from_bus(show_id: str, epoch: str, publications: list[Publication]) -> None:
        if not hub.deliver(show_id, epoch, publications):
            topcheck.ask_now()

    def take_from_journal(show_id: str, epoch: str, publications: list[Publication]) -> None:
        take_from_bus(show_id, epoch, publications)
        bus.publish(show_id, epoch, publications)

    async def seed_reactions(show_id: str) -> dict[str, int]:
        async with database.read() as connection:
            return await read_reaction_totals(connection, show_id)

    bus = Bus(
        settings.redis_url,
        prefix=settings.redis_prefix,
        process_id=process_id,
        on_publications=take_from_bus,
        on_gap_possible=lambda: topcheck.ask_now(),  # noqa: PLW0108 (made below)
        seed_reactions=seed_reactions,
    )
    topcheck = TopCheck(hub, database, seconds=settings.top_check_ms / 1000, bus_alive=lambda: bus.alive)
    journal = Journal(database, clock, take_from_journal)
    rooms = Rooms(
        hub,
        database,
        read_snapshot,
        subscribe=bus.subscribe,
        unsubscribe=bus.unsubscribe,
        ring_length=settings.ring_length,
        snapshot_seconds=settings.snapshot_ms / 1000,
    )
    recorder = Recorder(bus.append_ledger, process_id=process_id, clock=clock)
    tokens = Tokens(settings.signing_secret(), clock)
    questions = Questions(journal, database)
    shop = Shop(journal, database, FakePayments())
    shows = Shows(journal, database, clock)
    engagement = Engagement(hub, recorder, clock)
    hub.audience = engagement
    dispatcher = Dispatcher(
        hub,
        {
            Join: Joins(hub, rooms, tokens, recorder).join,
            **engagement.commands(),
            **QuestionCommands(questions).table(),
            **ShopCommands(shop).table(),
            **ShowCommands(shows).table(),
        },
    )
    return Process(
        settings,
        clock,
        process_id,
        database,
        bus,
        hub,
        journal,
        rooms,
        topcheck,
        recorder,
        tokens,
        questions,
        shop,
        shows,
        dispatcher,
    )


def loops_of(process: Process) -> dict[str, Awaitable[None]]:
    """Return everything that runs in a process for as long as it lives, by name."""
    settings = process.settings
    loops: dict[str, Awaitable[None]] = {
        "hub": process.hub.run(),
        "topcheck": process.topcheck.run(),
        "pulse": repeat("pulse", settings.tick_ms / 1000, PulseTicker(process.hub, process.bus).run_once),
        "recorder": process.recorder.run(settings.flush_ms / 1000),
        "rooms": repeat("rooms", 10.0, process.rooms.close_empty),
    }
    if settings.worker:
        loops["ledger"] = LedgerWorker(process.database, process.bus).run()
    return loops


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[None]:
    """Start a process's connections and loops; at the end finish what was accepted, flush, and close."""
    await process.bus.start()
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_forever(loop), name=name) for name, loop in loops_of(process).items()]
            try:
                yield
                await process.dispatcher.close()
                await process.shop.close()
                await process.journal.close()
                await process.recorder.close()
            finally:
                for task in tasks:
                    task.cancel()
    finally:
        await process.bus.close()
        await process.database.close()


async def _forever(loop: Awaitable[None]) -> None:
    await loop


def create_app(
    settings: Settings, *, clock: Clock | None = None, socket_class: type[LiveSocket] = LiveSocket
) -> FastAPI:
    """Return the application of one server process. Both URLs must be set; nothing connects before the lifespan."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        process = build(settings, clock or SystemClock())
        for name in (
            "database",
            "journal",
            "hub",
            "bus",
            "recorder",
            "tokens",
            "questions",
            "shop",
            "shows",
            "clock",
        ):
            setattr(app.state, name, getattr(process, name))
        app.state.settings, app.state.process = settings, process
        async with running(process):
            yield {
                "hub": process.hub,
                "dispatcher": process.dispatcher,
                "origins": frozenset(settings.origins),
                "trust_proxy": settings.trust_proxy,
                "socket_class": socket_class,
                "drain": lambda: process.hub.drain(settings.drain_seconds),
            }

    app = FastAPI(
        title="Showfloor",
        version="1",
        summary="The interaction backend of live-stream commerce. The live socket is described in PROTOCOL.md.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    for routes in (
        server.shows.routes,
        server.questions.routes,
        server.shop.routes,
        server.viewers.routes,
        server.stats.routes,
    ):
        app.include_router(routes.router())
    _add_operations(app)
    pages.install(app, settings.pages)
    app.add_middleware(pages.Guard)
    return app


def app_from_environment() -> FastAPI:
    """Return the application of a child process, which finds its settings in the environment alone."""
    set_up_logging()
    return create_app(Settings())


def _add_operations(app: FastAPI) -> None:
    @app.get("/healthz", tags=["operations"], summary="Alive")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", tags=["operations"], summary="Whether a viewer can join", responses={503: {}})
    async def readyz(request: Request) -> JSONResponse:
        state = request.app.state
        if state.hub.draining:
            return JSONResponse({"status": "draining"}, 503)
        try:
            async with asyncio.timeout(2.0), state.database.read() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception as error:
            return JSONResponse({"status": "database away", "error": type(error).__name__}, 503)
        return JSONResponse({"status": "ready" if state.bus.alive else "degraded"})

    @app.get("/metrics", tags=["operations"], summary="Prometheus metrics of this process")
    def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
