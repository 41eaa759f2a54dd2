"""What staff make of posts, and what authors take back: one batch of the journal of the show in which the posts were sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from server.audit.actions import Action
from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.journal.transaction import ShowTransaction
from server.posts.faces import StaffFace
from server.posts.files_repository import drop_pictures
from server.posts.repository import read_posts, update_post
from server.posts.rules import Approve, Move, Post, Reject, Remove, Restore, Withdraw, carry_out
from server.posts.showing import take_out
from server.posts.telling import Push, place_in, tell_author, tell_waiting
from server.protocol.codes import Code
from server.shows.repository import read_show

ACTIONS: Final[dict[type[Any], Action]] = {
    Approve: "post.approve",
    Reject: "post.reject",
    Remove: "post.remove",
    Restore: "post.restore",
}
"""What each act of staff is called in the audit."""


@dataclass(frozen=True, slots=True)
class Moderating:
    """A member of staff moves a post of their channel; `match`: which version of it they saw."""

    actor: Actor
    channel_id: str
    post_id: str
    move: Move
    match: Match = ANY_VERSION


@dataclass(frozen=True, slots=True)
class Withdrawing:
    """Somebody takes a post back; it must be of one of `owners`, the ids of one person."""

    post_id: str
    owners: Collection[str]


Task = Moderating | Withdrawing


async def move_many(
    tx: ShowTransaction, tasks: Sequence[Task], *, push: Push, face: StaffFace
) -> list[Post | RefusedError]:
    """Carry out in order what was wanted, and return how each post stands after it. Other shows that have them are cleared afterwards."""
    posts = await read_posts(tx.connection, {task.post_id for task in tasks}, lock=True)
    before = {id: post.state for id, post in posts.items()}
    answers: list[Post | RefusedError] = []
    for task in tasks:
        try:
            answers.append(await _carry_out(tx, posts, task, push, face))
        except RefusedError as refused:
            answers.append(refused)
    if any((post.state == "held") != (before[id] == "held") for id, post in posts.items()):
        await tell_waiting(tx)
    await take_out(tx, [id for id, post in posts.items() if before[id] == "approved" != post.state])
    return answers


async def _carry_out(
    tx: ShowTransaction, posts: dict[str, Post], task: Task, push: Push, face: StaffFace
) -> Post:
    post = posts.get(task.post_id)
    if post is None or post.show_id != tx.show_id:
        raise _unknown()
    after = (
        await _moderate(tx, post, task, face)
        if isinstance(task, Moderating)
        else await _withdraw(tx, post, task)
    )
    if after is not post:
        posts[post.id] = after
        await update_post(tx.connection, after)
        tell_author(tx, after, push)
    return after


async def _moderate(tx: ShowTransaction, post: Post, task: Moderating, face: StaffFace) -> Post:
    if post.channel_id != task.channel_id or post.state == "withdrawn":
        raise _unknown()
    task.match.require(post.version, post)
    after = carry_out(task.move, post, task.actor.name, tx.now)
    if after is None:
        raise RefusedError(Code.CONFLICT, current=msgspec.to_builtins(face(post)))
    details: dict[str, Any] = {
        "product": post.product_id,
        "from": post.state,
        "to": after.state,
        "version": after.version,
        **place_in(tx, await read_show(tx.connection, tx.show_id)),
    }
    if after.reason is not None:
        details["reason"] = after.reason
    audit(tx, task.actor, ACTIONS[type(task.move)], post.id, **details)
    return after


async def _withdraw(tx: ShowTransaction, post: Post, task: Withdrawing) -> Post:
    """The author's own move is in no audit; done once or often, it is the same."""
    if post.viewer_id not in task.owners:
        raise _unknown()
    after = carry_out(Withdraw(), post, post.author, tx.now)
    if after is None:
        return post
    await drop_pictures(tx.connection, [post.picture.id] if post.picture else [], tx.now)
    return after


def _unknown() -> RefusedError:
    return RefusedError(Code.NOT_FOUND, "There is no such post here.")
