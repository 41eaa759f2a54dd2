"""The services that take files: pictures, and feeds of products."""

from collections.abc import Coroutine
from functools import partial
from typing import Any

from server.clock import Clock
from server.db.engine import Database
from server.feeds.errands import PictureErrands
from server.feeds.picture_job import PictureTask
from server.feeds.service import Feeds, Tell
from server.pictures.rules import Bounds
from server.pictures.service import Pictures
from server.pictures.store import PictureFiles, open_store
from server.settings import Settings
from server.workers.loop import repeat

IMPORTS_SECONDS = 0.1
"""Between two looks, each of which waits for something to do."""
PICTURES_SECONDS = 2.0
"""Between two looks for pictures that imports name."""


def feeds_for(settings: Settings, database: Database, clock: Clock, tell: Tell) -> Feeds:
    """Return the imports and exports of a process. Nothing runs."""
    assert settings.database_url, "the command line puts the embedded engines' URLs in"
    return Feeds(
        database,
        clock,
        tell,
        database_url=settings.database_url,
        bytes_max=settings.import_bytes_max,
        lines_max=settings.import_lines_max,
    )


def picture_errands_for(settings: Settings, database: Database, clock: Clock, tell: Tell) -> PictureErrands:
    """Return what has the pictures fetched that imports name. Nothing runs."""
    assert settings.database_url, "the command line puts the embedded engines' URLs in"
    task = PictureTask(
        database_url=settings.database_url,
        pictures_url=settings.pictures_url,
        data=str(settings.data.absolute()),
        networks=[str(each) for each in settings.outbound_networks],
        http=settings.outbound_http,
        bytes_max=settings.picture_bytes_max,
        pixels_max=settings.picture_pixels_max,
    )
    return PictureErrands(database, clock, tell, task)


def pictures_for(settings: Settings, database: Database, clock: Clock) -> Pictures:
    """Return the pictures of a process. Nothing connects."""
    bounds = Bounds(settings.picture_bytes_max, settings.picture_pixels_max)
    files = PictureFiles(partial(open_store, settings.pictures_url, settings.data))
    return Pictures(database, clock, files, bounds, at_once=settings.pictures_at_once)


def upload_loops(feeds: Feeds, errands: PictureErrands) -> dict[str, Coroutine[Any, Any, None]]:
    """Return what reads imports and fetches their pictures, by name."""
    return {
        "imports": repeat("imports", IMPORTS_SECONDS, feeds.run_once),
        "pictures": repeat("pictures", PICTURES_SECONDS, errands.run_once),
    }
