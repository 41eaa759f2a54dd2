"""Posts that viewers report, in whichever show of the channel they see them: in the journal of that show."""

from server.audit.trail import Actor, audit
from server.journal.transaction import ShowTransaction
from server.posts.repository import find_in_show, read_posts, update_post
from server.posts.rules import Post, Restore, carry_out
from server.posts.showing import take_out
from server.posts.showing_repository import mark_left_over
from server.posts.telling import Push, place_in, tell_author, tell_waiting
from server.shows.repository import read_show


async def find_seen(tx: ShowTransaction, post_id: str) -> Post | None:
    """Return a post that the viewers of the show can see: an approved one of its channel."""
    post = await find_in_show(tx.connection, tx.show_id, post_id)
    return None if post is None or post.state != "approved" else post


async def hold(tx: ShowTransaction, post_id: str, actor: Actor, *, push: Push) -> None:
    """Have a post wait again that enough viewers have reported; one that is not approved any more is left as it is.

    It goes out of this show now. The show in which it was sent, and others that have it, are cleared afterwards.
    """
    post = (await read_posts(tx.connection, [post_id], lock=True)).get(post_id)
    if post is None or post.state != "approved":
        return
    after = carry_out(Restore(), post, actor.name, tx.now)
    assert after is not None, "what is approved may wait again"
    await update_post(tx.connection, after)
    tell_author(tx, after, push)
    details = {"product": post.product_id, "from": post.state, "to": after.state, "version": after.version}
    place = place_in(tx, await read_show(tx.connection, tx.show_id))
    audit(tx, actor, "post.hold", post.id, **details, **place)
    await take_out(tx, [post.id])
    if post.show_id == tx.show_id:
        await tell_waiting(tx)
    else:
        await mark_left_over(tx.connection, post.show_id, post.id, tx.now)
