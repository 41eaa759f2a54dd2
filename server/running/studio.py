"""What the studio's routes need beside the shows' own parts: services that run nothing by themselves."""

from collections.abc import Mapping

from server.channels.service import Channels
from server.running.process import Process
from server.running.uploads import pictures_for
from server.running.webhooks import webhooks_for


def studio_parts(process: Process) -> Mapping[str, object]:
    """Return them by the names that routes find them under in the application's state."""
    return {
        "channels": Channels(process.database, process.channel_origins.changed),
        "pictures": pictures_for(process.settings, process.database, process.clock),
        "webhooks": webhooks_for(process.settings, process.database, process.clock, process.outbound),
    }
