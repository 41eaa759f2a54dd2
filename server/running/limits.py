"""The limits of a process, made of its settings, which alone have defaults."""

import time

from server.bus.bus import Bus
from server.hub.admission import Limits
from server.hub.crowd import CrowdLimits
from server.hub.hub import Hub
from server.pace.rates import rates_of
from server.pace.service import Pace
from server.settings import Settings
from server.shop.allowances import Limits as BuyingLimits
from server.shop.report_bodies import REPORTS_BYTES_MAX

RETURNS_BYTES_MAX = 1024 * 1024
"""Of a mail that came back, with the one that it is about."""
BULK_BYTES_MAX = 4 * 1024 * 1024
"""Of a bulk call of products: about 4 KiB for each of a thousand."""


def uploads_of(settings: Settings) -> dict[str, int]:
    """Return the paths at which a POST may have more than 64 KiB, with the bytes that it may have."""
    return {
        "/v1/imports": settings.import_bytes_max,
        "/v1/pictures": settings.picture_bytes_max,
        "/v1/posts/pictures": settings.picture_bytes_max,
        "/v1/products/bulk": BULK_BYTES_MAX,
        "/v1/orders/report": REPORTS_BYTES_MAX,
        "/m/returns": RETURNS_BYTES_MAX,
    }


def pace_for(settings: Settings, bus: Bus) -> Pace:
    """Return the pace service of a process that hears the others by `bus`."""
    return Pace(rates_of(settings), shared=bus.buckets, alive=lambda: bus.alive, limited=settings.limited)


def buying_limits_of(settings: Settings) -> BuyingLimits:
    """Return what one person may buy and hold."""
    return BuyingLimits(units_max_of(settings), guests=settings.limited and settings.guest_units_limited)


def units_max_of(settings: Settings) -> int:
    """Return how many units of a product a viewer may buy in a show; 0: any number."""
    return settings.units_per_viewer_max if settings.limited else 0


def limits_of(settings: Settings) -> Limits:
    """Return the hub's limits: the settings alone have defaults."""
    return Limits(
        connections_max=settings.connections_max,
        connections_per_host_max=settings.connections_per_ip_max,
        connections_per_show_max=settings.connections_per_show_max,
        accepts_per_second_max=settings.accepts_per_second_max,
        accepts_per_host_second=settings.accepts_per_second_per_ip,
        commands_per_second=settings.commands_per_second,
        commands_burst=settings.commands_burst,
        in_flight_max=settings.commands_in_flight_max,
        unsent_bytes_max=settings.unsent_bytes_max,
        waiting_per_host_max=settings.waiting_per_ip_max,
        head_seconds=settings.head_seconds,
        body_seconds=settings.body_seconds,
        unread_seconds=settings.silence_seconds,
        allow_all=not settings.limited,
        uploads={path.encode(): size for path, size in uploads_of(settings).items()},
        upload_seconds=settings.upload_seconds,
    )


def crowd_limits_of(settings: Settings) -> CrowdLimits:
    """Return how many guests of one address are a crowd."""
    return CrowdLimits(
        burst_guests=settings.guest_burst,
        burst_seconds=settings.guest_burst_seconds,
        watch_seconds=settings.guest_watch_seconds,
        allow_all=not settings.limited,
    )


def hub_for(settings: Settings) -> Hub:
    """Return a hub that keeps to the settings."""
    return Hub(
        limits_of(settings),
        crowd_limits_of(settings),
        fanout_share=settings.fanout_share,
        round_wait_seconds_max=settings.round_wait_ms / 1000,
        ping_seconds=settings.ping_seconds,
        silence_seconds=settings.silence_seconds,
        join_seconds=settings.join_seconds,
        slow_seconds_max=settings.unsent_seconds_max,
        wall=time.time,
    )
