"""The screening of a process: what it knows of channels' settings, and whom it asks."""

from typing import NamedTuple

from server.access.sealing import sealing_for
from server.bus.bus import Bus
from server.clock import Clock
from server.db.engine import Database
from server.http.outbound import Outbound
from server.screening.following import Screeners
from server.screening.reviewing import Reviewing
from server.screening.service import ChannelScreening
from server.screening.settings import ScreeningSettings
from server.settings import Settings


class ScreeningParts(NamedTuple):
    """What screens, what it screens by, and how that is set."""

    screening: ChannelScreening
    screeners: Screeners
    settings: ScreeningSettings


def screening_for(
    settings: Settings, database: Database, clock: Clock, bus: Bus, outbound: Outbound
) -> ScreeningParts:
    """Return the parts; `screeners.run()` is a loop of the process."""
    sealing = sealing_for(settings)
    screeners = Screeners(database, tell=bus.tell_everyone)
    screening = ChannelScreening(database, screeners, Reviewing(outbound.client, sealing, clock))
    kept = ScreeningSettings(database, clock, sealing, outbound.require_fit, screeners.changed)
    return ScreeningParts(screening, screeners, kept)
