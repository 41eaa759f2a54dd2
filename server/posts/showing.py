"""Showing posts in a show, one at a time, and taking out of it what must not be shown any more: one batch of its journal."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from server.audit.actions import Action
from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.hub.room import POST_REMOVED
from server.journal.rewriting import rewrite_published
from server.journal.transaction import ShowTransaction
from server.posts.faces import StaffFace, as_public
from server.posts.repository import read_posts
from server.posts.rules import Post
from server.posts.showing_repository import (
    forget_showing,
    read_left_over,
    read_shown_id,
    write_hidden,
    write_shown,
)
from server.posts.telling import place_in, tell_waiting
from server.protocol.codes import Code
from server.shows.repository import read_show
from server.shows.tables import ShowRow

SHOWN_IN = frozenset({"rehearsal", "live"})


@dataclass(frozen=True, slots=True)
class Showing:
    """A member of staff shows a post, or hides it (`shown` False); `version`: the one that they saw, None: whichever it is."""

    actor: Actor
    post_id: str
    shown: bool
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Whether a post is before the show's viewers now."""

    post_id: str
    shown: bool


async def show_many(
    tx: ShowTransaction, tasks: Sequence[Showing], *, face: StaffFace
) -> list[Placed | RefusedError]:
    """Show and hide, in the order in which it came."""
    show = await read_show(tx.connection, tx.show_id)
    # Whoever takes one of them back waits until this is committed, and finds then that it is shown here.
    posts = await read_posts(tx.connection, {task.post_id for task in tasks}, share=True)
    answers: list[Placed | RefusedError] = []
    for task in tasks:
        try:
            answers.append(await _place(tx, show, posts.get(task.post_id), task, face))
        except RefusedError as refused:
            answers.append(refused)
    return answers


async def _place(
    tx: ShowTransaction, show: ShowRow | None, post: Post | None, task: Showing, face: StaffFace
) -> Placed:
    if show is None or post is None or post.channel_id != show.channel_id:
        raise RefusedError(Code.NOT_FOUND, "There is no such post here.")
    shown = await read_shown_id(tx.connection, tx.show_id)
    if task.shown and shown != post.id:
        _require_showable(show, post, task, face)
        await write_hidden(tx.connection, tx.show_id)
        await write_shown(tx.connection, tx.show_id, post.id, tx.now)
        tx.publish("post.shown", {"post": as_public(post)})
        _audit(tx, show, task, post, before=shown)
    elif not task.shown and shown == post.id:
        await write_hidden(tx.connection, tx.show_id)
        tx.publish("post.hidden", {"post": post.id})
        _audit(tx, show, task, post, before=shown)
    return Placed(post.id, task.shown)


def _require_showable(show: ShowRow, post: Post, task: Showing, face: StaffFace) -> None:
    if show.state not in SHOWN_IN:
        raise RefusedError(Code.SHOW_NOT_LIVE)
    if post.state != "approved" or task.version not in (None, post.version):
        why = "It is not approved." if post.state != "approved" else None
        raise RefusedError(Code.CONFLICT, why, current=msgspec.to_builtins(face(post)))


def _audit(tx: ShowTransaction, show: ShowRow, task: Showing, post: Post, *, before: str | None) -> None:
    action: Action = "post.show" if task.shown else "post.hide"
    audit(tx, task.actor, action, post.id, product=post.product_id, before=before, **place_in(tx, show))


async def clear_many(tx: ShowTransaction, asked: Sequence[None]) -> list[None]:
    """Take out of the show what is not approved any more."""
    left_over = (await read_left_over(tx.connection)).get(tx.show_id, [])
    await take_out(tx, left_over)
    posts = await read_posts(tx.connection, left_over) if left_over else {}
    if any(post.show_id == tx.show_id for post in posts.values()):
        await tell_waiting(tx)  # it was held in the journal of another show
    return [None for _ in asked]


async def take_out(tx: ShowTransaction, posts: Sequence[str]) -> None:
    """Let nothing of these posts stand in the show: neither before its viewers, nor beside a product, nor in its journal."""
    if await forget_showing(tx.connection, tx.show_id, posts):
        await rewrite_published(tx.connection, tx.show_id, posts)
    for id in posts:
        tx.publish(POST_REMOVED, {"post": id})


async def hide_at_end(tx: ShowTransaction, show: ShowRow) -> None:
    """Show no post any more when a show ends; beside its product it stays."""
    hidden = await write_hidden(tx.connection, tx.show_id)
    if hidden is not None:
        tx.publish("post.hidden", {"post": hidden})
