"""The composition root: one server process as an application that uvicorn can run."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI

import server.access.api_key_routes
import server.access.customer_key_routes
import server.access.routes
import server.auctions.block_routes
import server.auctions.routes
import server.audit.routes
import server.catalogue.routes
import server.catalogue.stock_routes
import server.channels.founding_routes
import server.channels.invitation_routes
import server.channels.oidc_routes
import server.channels.people_routes
import server.channels.routes
import server.channels.session_routes
import server.checkout.routes
import server.checkout.settings_routes
import server.comments.routes
import server.faq.routes
import server.feeds.routes
import server.fulfilment.bulk_routes
import server.fulfilment.list_routes
import server.fulfilment.packing_routes
import server.fulfilment.refund_routes
import server.fulfilment.shipping_routes
import server.history.routes
import server.mail.link_routes
import server.mail.reach_routes
import server.mail.routes
import server.mail.viewer_routes
import server.offers.routes
import server.payments.account_routes
import server.payments.fake_pages
import server.payments.routes
import server.personal.routes
import server.pictures.routes
import server.plan.routes
import server.polls.routes
import server.privacy.routes
import server.query.routes
import server.query.saved_routes
import server.questions.routes
import server.questions.similar_routes
import server.reports.routes
import server.sanctions.routes
import server.screening.routes
import server.shop.cart_routes
import server.shop.exchange_routes
import server.shop.hold_routes
import server.shop.receipt_routes
import server.shop.report_routes
import server.shop.routes
import server.shop.stocktaking_routes
import server.shop.takings_routes
import server.shows.calendar_routes
import server.shows.planning_routes
import server.shows.routes
import server.snapshots.routes
import server.stats.channel.routes
import server.stats.lifetime.routes
import server.stats.lifetime.segment_routes
import server.stats.routes
import server.stats.visits.routes
import server.surveys.review_routes
import server.surveys.routes
import server.viewers.alias_routes
import server.viewers.events
import server.visits.routes
import server.vouchers.routes
import server.waitlist.line_routes
import server.waitlist.routes
import server.webhooks.routes
from server.addresses import Proxies
from server.channels.origins import framed_by
from server.clock import Clock, SystemClock
from server.hosts import Hosts, Origins
from server.http import description, operations, pages, problems
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
    "recorder",
    "settings",
    "shop",
    "shows",
    "similar_questions",
    "stockroom",
    "surveys",
    "polls",
    "tokens",
    "visible_questions",
    "vouchers",
    "waitlist",
    "watch",
)
ROUTES = (
    server.stats.visits.routes,
    server.stats.channel.routes,  # before shows, of which none is called `compare`
    server.shows.routes,
    server.shows.planning_routes,
    server.shows.calendar_routes,
    server.snapshots.routes,
    server.questions.routes,
    server.questions.similar_routes,
    server.comments.routes,
    server.reports.routes,
    server.sanctions.routes,
    server.surveys.routes,
    server.polls.routes,
    server.surveys.review_routes,
    server.faq.routes,
    server.offers.routes,
    server.vouchers.routes,
    server.auctions.routes,
    server.auctions.block_routes,
    server.fulfilment.list_routes,
    server.fulfilment.bulk_routes,
    server.fulfilment.packing_routes,
    server.fulfilment.shipping_routes,
    server.fulfilment.refund_routes,
    server.shop.report_routes,
    server.shop.cart_routes,
    server.shop.hold_routes,
    server.shop.exchange_routes,
    server.checkout.routes,
    server.checkout.settings_routes,
    server.screening.routes,
    server.shop.routes,
    server.shop.receipt_routes,
    server.shop.stocktaking_routes,
    server.shop.takings_routes,
    server.waitlist.routes,
    server.waitlist.line_routes,
    server.payments.account_routes,
    server.payments.routes,
    server.payments.fake_pages,
    server.access.routes,
    server.access.api_key_routes,
    server.access.customer_key_routes,
    server.channels.routes,
    server.audit.routes,
    server.feeds.routes,  # before products, of which none is called `export`
    server.catalogue.routes,
    server.catalogue.stock_routes,
    server.pictures.routes,
    server.channels.founding_routes,
    server.channels.invitation_routes,
    server.channels.oidc_routes,
    server.channels.people_routes,
    server.channels.session_routes,
    server.viewers.events,
    server.viewers.alias_routes,
    server.visits.routes,
    server.webhooks.routes,
    server.mail.routes,
    server.mail.reach_routes,
    server.mail.viewer_routes,
    server.mail.link_routes,
    server.stats.routes,
    server.plan.routes,
    server.personal.routes,
    server.history.routes,
    server.privacy.routes,
    server.stats.lifetime.routes,
    server.stats.lifetime.segment_routes,
    server.query.routes,
    server.query.saved_routes,
    operations,
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
    for router in _routers():
        # As they are: `include_router` would make each of them anew for this application, at its first request.
        app.router.routes.extend(router.routes)
    description.install(app, _description)
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


@cache
def _routers() -> tuple[APIRouter, ...]:
    """Return the routes of all features. They hold no state, and to read their signatures takes most of the time of `create_app`."""
    return tuple(routes.router() for routes in ROUTES)


@cache
def _description() -> bytes:
    return description.describe(_routers())


def proxies_of(settings: Settings) -> Proxies:
    """Return whose word on the caller counts."""
    return Proxies(settings.trusted_proxies, any_peer=settings.trust_proxy)


def app_from_environment() -> FastAPI:
    """Return the application of a child process, which finds its settings in the environment alone."""
    set_up_logging()
    siblings = os.environ.get(SIBLINGS, "").split()
    return create_app(Settings(), siblings=tuple(siblings))
