"""What a show is told of its viewers' posts, and what an author is told alone."""

from collections.abc import Callable
from functools import partial
from typing import Any

from server.journal.transaction import ShowTransaction
from server.posts.faces import as_own
from server.posts.repository import count_waiting
from server.posts.rules import Post
from server.protocol.post_lines import PostOwn

Push = Callable[[str, str, Any], None]
"""Takes a show, a viewer and a line for that viewer alone."""


def tell_nobody(show_id: str, viewer_id: str, line: Any) -> None:
    """A push that goes nowhere: authors read how their posts stand by HTTP."""


async def tell_waiting(tx: ShowTransaction) -> None:
    """Tell staff how many posts of the show wait; call it once, when all of the transaction is written."""
    waiting = await count_waiting(tx.connection, show_id=tx.show_id)
    tx.publish_to_staff("posts.waiting", {"waiting": waiting})


def tell_author(tx: ShowTransaction, post: Post, push: Push) -> None:
    """Tell a post's author how it stands, once that is committed."""
    tx.afterwards.append(partial(push, tx.show_id, post.viewer_id, PostOwn(as_own(post))))
