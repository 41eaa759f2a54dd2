"""What a process needs to erase people and to hand out what is kept of them."""

from collections.abc import Coroutine
from typing import Any

from server.access.revocations import Revocations
from server.clock import Clock
from server.db.engine import Database
from server.history.exports import Exports
from server.journal.journal import Journal
from server.pictures.service import Pictures
from server.posts.pictures import PostPictures
from server.privacy.erasures import Erasures
from server.privacy.service import Privacy
from server.running.sealing import sealer_for
from server.settings import Settings
from server.workers.loop import repeat

ERASURE_SECONDS = 1.0


def privacy_for(
    settings: Settings,
    database: Database,
    clock: Clock,
    journal: Journal,
    *,
    revocations: Revocations,
    pictures: Pictures,
) -> Privacy:
    """Return what erases and hands out. Nothing runs."""
    sealer = sealer_for(settings, database, clock)
    return Privacy(
        database,
        clock,
        sealer=sealer,
        journal=journal,
        revocations=revocations,
        pictures=PostPictures(database, clock, pictures),
    )


def erasures_for(
    database: Database, clock: Clock, privacy: Privacy, revocations: Revocations, exports: Exports
) -> Erasures:
    """Return the erasures of a process that are asked for while it runs."""
    return Erasures(database, clock, privacy, revocations, drop_files=exports.forget)


def erasure_loops(erasures: Erasures) -> dict[str, Coroutine[Any, Any, None]]:
    """Return the loop that carries them out."""
    return {"erasures": repeat("erasures", ERASURE_SECONDS, erasures.run_once)}
