"""The services that take files: pictures."""

from functools import partial

from server.clock import Clock
from server.db.engine import Database
from server.pictures.rules import Bounds
from server.pictures.service import Pictures
from server.pictures.store import PictureFiles, open_store
from server.settings import Settings


def pictures_for(settings: Settings, database: Database, clock: Clock) -> Pictures:
    """Return the pictures of a process. Nothing connects."""
    bounds = Bounds(settings.picture_bytes_max, settings.picture_pixels_max)
    files = PictureFiles(partial(open_store, settings.pictures_url, settings.data))
    return Pictures(database, clock, files, bounds, at_once=settings.pictures_at_once)
