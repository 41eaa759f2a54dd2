"""The posts of a process, and their pictures."""

from collections.abc import Coroutine
from functools import partial
from typing import Any

from server.clock import Clock
from server.db.engine import Database
from server.journal.journal import Journal
from server.pictures.service import Pictures
from server.posts.pictures import PostPictures
from server.posts.service import Posts
from server.posts.telling import Push
from server.questions.pseudonyms import Pseudonyms
from server.screening.door import Screening
from server.settings import Settings
from server.workers.loop import repeat

CLEARED_SECONDS = 5.0
"""How often it is looked whether a show has something of a post that is not approved any more: whoever takes it away does it at once."""
DROPPED_SECONDS = 1.0
"""How often it is looked which pictures are to be deleted."""


def posts_for(
    settings: Settings,
    journal: Journal,
    database: Database,
    clock: Clock,
    *,
    push: Push,
    screening: Screening,
    pictures: Pictures,
) -> tuple[Posts, PostPictures]:
    """Return the posts of all shows; authors are told by `push`, and have the pseudonyms under which they ask questions."""
    pseudonym_of = Pseudonyms(settings.signing_secret()).of
    posts = Posts(journal, database, screening=screening, push=push, pseudonym_of=pseudonym_of)
    return posts, PostPictures(database, clock, pictures)


def post_loops(posts: Posts, pictures: PostPictures) -> dict[str, Coroutine[Any, Any, None]]:
    """Return what ends what was cut short, and deletes pictures, by name."""
    return {
        "posts": repeat("posts", 0, partial(posts.clear_when_told, CLEARED_SECONDS)),
        "post pictures": repeat("post_pictures", DROPPED_SECONDS, pictures.drop_due),
    }
