"""Everything that runs in one server process for as long as it lives, by name."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from server.access.known_keys import USES_WRITTEN_SECONDS
from server.pace.service import TELL_SECONDS
from server.running.auctions import AUCTIONS_SECONDS
from server.running.exports import export_loops
from server.running.forgetting import forgetting_loops
from server.running.giveaways import GIVEAWAYS_SECONDS
from server.running.keeping import keeping_loops
from server.running.paying import payment_loops
from server.running.polls import POLLS_SECONDS
from server.running.posts import post_loops
from server.running.privacy import erasure_loops
from server.running.refunding import refund_loops
from server.running.resealing import resealing_loops
from server.running.uploads import upload_loops
from server.shop.order_counts import OrderCounts
from server.workers.loop import repeat
from server.workers.pulse import PulseTicker
from server.workers.rollups import keep_rollups

if TYPE_CHECKING:
    from server.running.process import Process

Loops = dict[str, Coroutine[Any, Any, None]]

EMPTY_ROOMS_SECONDS = 10.0
JOINT_SECONDS = 1.0
"""How often it is looked whether shows follow the one that they are held in."""
OFFERS_SECONDS = 1.0
"""How often it is looked which offers are to open and which are over."""
ORDER_COUNTS_SECONDS = 5.0
WAITLIST_SECONDS = 1.0
"""How often it is looked whether somebody waits for what lies free; while somebody waits nobody else gets it."""
WITHDRAWN_SECONDS = 60.0
"""How often it is looked whose consent to be recognised is taken back, and with it what they had kept for the next time."""
LAPSED_SECONDS = 1.0
"""How often lapsed holds are looked for. Nobody waits for it: whoever wants a product lets its lapsed holds go first."""


def loops_of(process: Process) -> Loops:
    """Return a process's loops: of the shows, of what is carried out beside them, and of the worker where it has one."""
    return {**_of_shows(process), **_beside(process), **_of_workers(process)}


def _of_shows(process: Process) -> Loops:
    settings = process.settings
    pulse = PulseTicker(process.hub, process.bus)
    counts = OrderCounts(process.journal, process.database, process.clock)
    return {
        "hub": process.hub.run(),
        "revocations": process.revocations.run(),
        "origins": process.channel_origins.run(),
        "screening": process.screening.screeners.run(),
        "channel bans": process.channel_bans.run(),
        "recognition": process.recognition.write_down(process.sanctions.recognise),
        "topcheck": process.topcheck.run(),
        "pulse": repeat("pulse", settings.tick_ms / 1000, pulse.run_once),
        "pace": repeat("pace", TELL_SECONDS, process.pace.tell),
        "recorder": process.recorder.run(settings.flush_ms / 1000),
        "auctions": repeat("auctions", AUCTIONS_SECONDS, process.auctions.settle),
        "offers": repeat("offers", OFFERS_SECONDS, process.offers.settle),
        "polls": repeat("polls", POLLS_SECONDS, process.polls.settle),
        "giveaways": repeat("giveaways", GIVEAWAYS_SECONDS, process.giveaways.settle),
        "joint shows": repeat("joint_shows", JOINT_SECONDS, process.joint_settling.run_once),
        "rooms": repeat("rooms", EMPTY_ROOMS_SECONDS, process.rooms.close_empty),
        "holds": repeat("holds", LAPSED_SECONDS, process.holds.let_lapsed_go),
        "order counts": repeat("order_counts", ORDER_COUNTS_SECONDS, counts.run_once),
        "waitlist": repeat("waitlist", WAITLIST_SECONDS, process.waitlist.serve_due),
        **payment_loops(settings, process.database, process.clock, process.payments, process.fake_provider),
        **refund_loops(process.refunds),
        "api keys": repeat("api keys", USES_WRITTEN_SECONDS, process.known_keys.write_uses),
    }


def _beside(process: Process) -> Loops:
    return {
        "kept details": repeat("kept_details", WITHDRAWN_SECONDS, process.checkouts.forget_withdrawn),
        **upload_loops(process.feeds, process.picture_errands),
        **export_loops(process.exports),
        **post_loops(process.posts, process.post_pictures),
        **erasure_loops(process.erasures),
        **forgetting_loops(process.settings, process.database, process.clock, process.revocations),
    }


def _of_workers(process: Process) -> Loops:
    settings, database, clock = process.settings, process.database, process.clock
    loops: Loops = {}
    if process.ledger is not None:
        loops |= {"ledger": process.ledger.run(), "rollups": keep_rollups(database, clock)}
        loops |= keeping_loops(settings, database, clock)
    if process.mail is not None:
        loops |= process.mail.loops()
    if process.delivery is not None:
        loops |= process.delivery.loops()
        loops |= resealing_loops(settings, database, clock, process.outbound)
    return loops
