"""Pictures of viewers' posts in a folder."""

from pathlib import Path

from server.clock import Clock
from server.db.engine import Database
from server.pictures.rules import Bounds
from server.pictures.service import Pictures
from server.pictures.store import PictureFiles, open_store
from server.posts.pictures import PostPictures

BOUNDS = Bounds(bytes_max=2_000_000, pixels_max=4_000_000)


def pictures_in(folder: Path, database: Database, clock: Clock) -> Pictures:
    """Return the pictures of a process, kept in `folder`."""
    files = PictureFiles(lambda: open_store(folder.as_uri(), folder))
    return Pictures(database, clock, files, BOUNDS, at_once=1)


def post_pictures_in(folder: Path, database: Database, clock: Clock) -> PostPictures:
    """Return the pictures of posts, kept in `folder`."""
    return PostPictures(database, clock, pictures_in(folder, database, clock))
