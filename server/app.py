"""The composition root: one server process as an application that uvicorn can run."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from server.addresses import Proxies
from server.api import openapi, routers
from server.channels.origins import framed_by
from server.clock import Clock, SystemClock
from server.hosts import Hosts, Origins
from server.http import description, pages, problems
from server.http.guard import Guard, Rules
from server.hub.socket import LiveSocket
from server.running.limits import uploads_of
from server.running.process import Process
from server.running.studio import studio_parts
from server.running.watch import SIBLINGS
from server.settings import Settings
from server.shows.card import card_of
from server.telemetry import set_up_logging

PARTS_FOR_ROUTES = (
    "aliases",
    "auctions",
    "browsing_questions",
    "bus",
    "cards",
    "channel_origins",
    "catalogue",
    "checkouts",
    "comments",
    "exports",
    "feeds",
    "holds",
    "exchanges",
    "clock",
    "customers",
    "database",
    "desk",
    "erasures",
    "hub",
    "joins",
    "joint_shows",
    "journal",
    "known_keys",
    "offers",
    "origins",
    "outbound",
    "pace",
    "payments",
    "fake_provider",
    "payment_accounts",
    "payment_providers",
    "questions",
    "receipt_links",
    "refunds",
    "revocations",
    "rooms",
    "recorder",
    "settings",
    "shop",
    "shows",
    "similar_questions",
    "stockroom",
    "surveys",
    "polls",
    "giveaways",
    "posts",
    "post_pictures",
    "tokens",
    "visible_questions",
    "vouchers",
    "waitlist",
    "watch",
)


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    socket_class: type[LiveSocket] = LiveSocket,
    siblings: tuple[str, ...] = (),
) -> FastAPI:
    """Return the application of one server process. Both URLs must be set; nothing connects before the lifespan.

    `siblings` are where the processes that share its main port, itself among them, answer for themselves (`host:port`).
    """
    origins = Origins(settings.origins)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        process = Process(settings, clock or SystemClock(), origins)
        process.watch.siblings = siblings
        for name in PARTS_FOR_ROUTES:
            setattr(app.state, name, getattr(process, name))
        for name, part in studio_parts(process).items():
            setattr(app.state, name, part)
        async with process.running():
            yield {
                "hub": process.hub,
                "dispatcher": process.dispatcher,
                "origins": origins,
                "hosts": Hosts(settings.hosts),
                "proxies": proxies_of(settings),
                "pace": process.pace,
                "socket_class": socket_class,
                "drain": process.drain,
                "watch": process.watch,
            }

    app = FastAPI(
        title=description.TITLE,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # `description` has it
        redirect_slashes=False,  # its redirects would repeat whatever name was asked for
    )
    problems.install(app)
    for router in routers():
        # As they are: `include_router` would make each of them anew for this application, at its first request.
        app.router.routes.extend(router.routes)
    description.install(app, openapi)
    pages.install(app, settings.pages, card_of, framed_by)
    rules = Rules(
        Hosts(settings.hosts),
        origins,
        tuple(settings.media_origins),
        proxies_of(settings),
        uploads_of(settings),
    )
    app.add_middleware(Guard, rules=rules)
    return app


def proxies_of(settings: Settings) -> Proxies:
    """Return whose word on the caller counts."""
    return Proxies(settings.trusted_proxies, any_peer=settings.trust_proxy)


def app_from_environment() -> FastAPI:
    """Return the application of a child process, which finds its settings in the environment alone."""
    set_up_logging()
    siblings = os.environ.get(SIBLINGS, "").split()
    return create_app(Settings(), siblings=tuple(siblings))
