"""What a show, its audit, and an author alone are told of viewers' posts."""

from collections.abc import Callable
from functools import partial
from typing import Any

from server.journal.transaction import ShowTransaction
from server.posts.faces import as_own
from server.posts.repository import count_waiting
from server.posts.rules import Post
from server.protocol.post_lines import PostOwn
from server.shows.tables import ShowRow

Push = Callable[[str, str, Any], None]
"""Takes a show, a viewer and a line for that viewer alone."""


def tell_nobody(show_id: str, viewer_id: str, line: Any) -> None:
    """A push that goes nowhere: authors read how their posts stand by HTTP."""


def place_in(tx: ShowTransaction, show: ShowRow | None) -> dict[str, int]:
    """Return where in the show it is now, as the audit has it: the newest offset, and while it is live the time since its start."""
    place = {"offset": tx.top}
    if show is not None and show.state == "live" and show.started_at is not None:
        place["show_ms"] = int((tx.now - show.started_at).total_seconds() * 1000)
    return place


async def tell_waiting(tx: ShowTransaction) -> None:
    """Tell staff how many posts of the show wait; call it once, when all of the transaction is written."""
    waiting = await count_waiting(tx.connection, show_id=tx.show_id)
    tx.publish_to_staff("posts.waiting", {"waiting": waiting})


def tell_author(tx: ShowTransaction, post: Post, push: Push) -> None:
    """Tell a post's author how it stands, once that is committed: in this show, and in the one in which they sent it."""
    for show_id in {tx.show_id, post.show_id}:
        tx.afterwards.append(partial(push, show_id, post.viewer_id, PostOwn(as_own(post))))
