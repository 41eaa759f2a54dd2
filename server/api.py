"""Every route of the HTTP interface, in the order in which a path is looked for."""

from functools import cache

from fastapi import APIRouter

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
import server.giveaways.routes
import server.history.routes
import server.joint.routes
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
import server.posts.picture_routes
import server.posts.routes
import server.privacy.routes
import server.query.routes
import server.query.saved_routes
import server.questions.routes
import server.questions.similar_routes
import server.replay.routes
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
import server.shows.recording_routes
import server.shows.routes
import server.shows.welcome_routes
import server.snapshots.routes
import server.stats.channel.routes
import server.stats.lifetime.routes
import server.stats.lifetime.segment_routes
import server.stats.routes
import server.stats.visits.routes
import server.surveys.review_routes
import server.surveys.routes
import server.transcript.routes
import server.viewers.alias_routes
import server.viewers.events
import server.visits.routes
import server.vouchers.routes
import server.waitlist.line_routes
import server.waitlist.routes
import server.webhooks.routes
from server.http import description, operations

ROUTES = (
    server.stats.visits.routes,
    server.stats.channel.routes,  # before shows, of which none is called `compare`
    server.shows.routes,
    server.shows.planning_routes,
    server.shows.recording_routes,
    server.shows.calendar_routes,
    server.shows.welcome_routes,
    server.snapshots.routes,
    server.questions.routes,
    server.questions.similar_routes,
    server.comments.routes,
    server.replay.routes,
    server.reports.routes,
    server.sanctions.routes,
    server.surveys.routes,
    server.polls.routes,
    server.giveaways.routes,
    server.joint.routes,
    server.posts.picture_routes,
    server.posts.routes,
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
    server.transcript.routes,
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


@cache
def routers() -> tuple[APIRouter, ...]:
    """Return the routes of all features. They hold no state, and to read their signatures takes most of the time of `create_app`."""
    return tuple(routes.router() for routes in ROUTES)


@cache
def openapi() -> bytes:
    """Return the OpenAPI description of them all, as it is served."""
    return description.describe(routers())
