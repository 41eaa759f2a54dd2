"""Sending a post: what one batch of the journal keeps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from server.access.roles import is_staff
from server.errors import RefusedError
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.posts.files_repository import take_upload
from server.posts.repository import be_alone, count_of, insert_post
from server.posts.rules import CONSENT, PER_PRODUCT_MAX, WAITING_MAX, Picture, Post
from server.posts.telling import tell_waiting
from server.protocol.codes import Code
from server.protocol.posted import PostState
from server.protocol.screening_lines import HeldFor
from server.screening.door import NOT_LOOKED_AT, Held, Looked, Refuse, Screening, Shadow, Verdict
from server.shows.repository import read_show
from server.shows.selling_repository import Sold, find_sold
from server.shows.tables import ShowRow

TAKEN_IN = frozenset({"scheduled", "live", "ended"})
"""States of a show in which its viewers may send posts."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A viewer sends a post, having agreed to the words in force; `text` is clean. `owners`: all ids of theirs in the show.

    `author` is empty where they do not want to be named; `picture_id` of a picture that they have sent before.
    """

    viewer_id: str
    owners: Collection[str]
    author: str
    product_id: str
    text: str
    picture_id: str | None = None
    role: str = "viewer"
    looked: Looked = NOT_LOOKED_AT


@dataclass(frozen=True, slots=True)
class Sent:
    """A post that is kept."""

    post_id: str
    state: PostState


async def send_many(
    tx: ShowTransaction, sent: Sequence[Sending], *, screening: Screening
) -> list[Sent | RefusedError]:
    """Keep the posts of one batch in the order in which they came: each waits for a moderator."""
    show = await read_show(tx.connection, tx.show_id)
    await be_alone(tx.connection, {owner for each in sent for owner in each.owners})
    answers: list[Sent | RefusedError] = []
    for each in sent:
        try:
            answers.append(await _keep(tx, show, each, screening))
        except RefusedError as refused:
            answers.append(refused)
    if any(isinstance(answer, Sent) for answer in answers):
        await tell_waiting(tx)
    return answers


async def _keep(tx: ShowTransaction, show: ShowRow | None, each: Sending, screening: Screening) -> Sent:
    if show is None:
        raise RefusedError(Code.NOT_FOUND)
    if is_staff(each.role):
        raise RefusedError(Code.FORBIDDEN, "Who works for the channel sends no viewer's posts.")
    if show.state not in TAKEN_IN:
        raise RefusedError(Code.SHOW_NOT_LIVE)
    sold = await find_sold(tx.connection, tx.show_id, each.product_id)
    if sold is None:
        raise RefusedError(Code.NOT_FOUND, "The show sells no such product.")
    await _require_room(tx, sold, each)
    (verdict,) = await screening.screen(tx, show, [each])
    if isinstance(verdict, Refuse):
        raise verdict.as_error()
    post = Post(
        id=new_id("vp"),
        channel_id=show.channel_id,
        show_id=tx.show_id,
        product_id=sold.product_id,
        viewer_id=each.viewer_id,
        author=each.author,
        text=each.text,
        picture=await _picture(tx, each),
        state="held",
        at=tx.now,
        consent=CONSENT,
        held_for=_reasons(verdict),
    )
    await insert_post(tx.connection, post)
    return Sent(post.id, post.state)


def _reasons(verdict: Verdict) -> Sequence[HeldFor]:
    """Return why staff should look twice; whatever there is against it, it waits like any other."""
    if isinstance(verdict, Shadow):
        return verdict.why or (HeldFor("sanction"),)
    return verdict.why if isinstance(verdict, Held) else ()


async def _require_room(tx: ShowTransaction, sold: Sold, each: Sending) -> None:
    """Raise `too_many` where the person has as many posts about the product, or as many that wait, as they may."""
    standing, waiting = await count_of(tx.connection, sold.channel_id, sold.product_id, each.owners)
    for count, limit in ((standing, PER_PRODUCT_MAX), (waiting, WAITING_MAX)):
        if count >= limit:
            why = "So many posts about a product may wait or be shown at once, and so many in all may wait."
            raise RefusedError(Code.TOO_MANY, why, limit=limit, left=0)


async def _picture(tx: ShowTransaction, each: Sending) -> Picture | None:
    if each.picture_id is None:
        return None
    picture = await take_upload(tx.connection, each.picture_id, each.owners)
    if picture is None:
        raise RefusedError(
            Code.NOT_FOUND, "There is no such picture; it is kept for an hour until it is used."
        )
    return picture
