"""Commenting: what is kept of the comments that were written together, which of them viewers are shown, and what is said of that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from server.access.roles import is_staff
from server.clock import to_wire
from server.comments.faces import as_public, as_staff
from server.comments.repository import INSERT_COMMENTS, read_stream, write_stream
from server.comments.rules import Comment, Placed, Stream, Wish, is_seen, place, why_closed
from server.errors import RefusedError
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.ledger.entries import Fact
from server.ledger.repository import record_facts
from server.protocol.codes import Code
from server.protocol.commented import CommentState
from server.screening.door import NOT_LOOKED_AT, Held, Looked, Refuse, Screening, Shadow, Verdict
from server.shows.repository import read_show
from server.shows.rules import WITHOUT_QUESTIONS
from server.shows.tables import ShowRow


@dataclass(frozen=True, slots=True)
class Commenting:
    """A viewer comments; `text` is clean. `known`: they are no guest."""

    viewer_id: str
    author: str
    text: str
    role: str
    known: bool
    looked: Looked = NOT_LOOKED_AT


@dataclass(frozen=True, slots=True)
class Kept:
    """A comment that is kept, the state in which it began, and when it was written."""

    id: str
    state: CommentState
    at: str


class KeptBefore(Kept):
    """The same of a comment that was written under the same key before."""

    __slots__ = ()


async def comment_many(
    tx: ShowTransaction, written: Sequence[Commenting], *, screening: Screening
) -> list[Kept | RefusedError]:
    """Write the comments of one batch in the order in which they came, and tell of them in one publication."""
    show = await read_show(tx.connection, tx.show_id)
    answers: list[Kept | RefusedError | None] = [_barred(tx, show, each) for each in written]
    let_in = [i for i, answer in enumerate(answers) if answer is None]
    if show is None or not let_in:
        return [answer for answer in answers if answer is not None]
    verdicts = await screening.screen(tx, show, [written[i] for i in let_in])
    drafts: list[Comment] = []
    for index, verdict in zip(let_in, verdicts, strict=True):
        if isinstance(verdict, Refuse):
            answers[index] = verdict.as_error()
        else:
            draft = _draft(tx, written[index], verdict)
            drafts.append(draft)
            answers[index] = Kept(draft.id, draft.state, to_wire(draft.at))
    if drafts:
        tx.write(INSERT_COMMENTS, await post(tx, drafts))
        record_facts(tx, [written_fact(draft) for draft in drafts if not draft.shadow])
    assert None not in answers, "each was let in or refused"
    return [answer for answer in answers if answer is not None]


def _barred(tx: ShowTransaction, show: ShowRow | None, by: Commenting) -> RefusedError | None:
    if show is None or show.state in WITHOUT_QUESTIONS:
        return RefusedError(Code.SHOW_NOT_LIVE)
    if tx.rehearsal and not is_staff(by.role):  # on the way when it began
        return RefusedError(Code.NOT_FOUND)
    why = why_closed(show.comments, known=by.known, staff=is_staff(by.role))  # type: ignore[arg-type]
    return None if why is None else RefusedError(Code.COMMENTS_CLOSED, why=why)


def _draft(tx: ShowTransaction, by: Commenting, verdict: Verdict) -> Comment:
    return Comment(
        id=new_id("cm"),
        show_id=tx.show_id,
        viewer_id=by.viewer_id,
        author=by.author,
        role=by.role,
        text=by.text,
        state="held" if isinstance(verdict, Held) else "open",
        at=tx.now,
        shadow=isinstance(verdict, Shadow),
    )


async def post(tx: ShowTransaction, comments: Sequence[Comment]) -> list[Comment]:
    """Give comments that have none their places, tell of them in one publication, and return them as they are to be kept."""
    before = await read_stream(tx.connection, tx.show_id)
    wishes = [Wish(c.viewer_id, c.state == "open" and not c.shadow, is_staff(c.role)) for c in comments]
    placed, stream = place(before, milliseconds(tx.now), wishes)
    posted = [_with_place(*each) for each in zip(comments, placed, strict=True)]
    await write_stream(tx.connection, tx.show_id, stream)
    publish(tx, before, stream, posted)
    return posted


def publish(tx: ShowTransaction, before: Stream, stream: Stream, posted: Sequence[Comment]) -> None:
    """Tell of comments that have their places now, and of the totals; viewers are not told of what they may not know of."""
    if stream == before:
        return
    counts = {"written": stream.written, "shown": stream.shown}
    told = [as_staff(c) for c in posted if c.staff_place is not None]
    staff: dict[str, Any] = {**counts, "told": stream.told, "comments": told}
    if stream.written == before.written:
        if told:
            tx.publish_to_staff("comment.posted", staff)
        return
    shown = [as_public(c) for c in posted if is_seen(c)]
    tx.publish("comment.posted", {**counts, "comments": shown}, staff=staff)


def milliseconds(at: datetime) -> int:
    """Return a moment as whole milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def written_fact(comment: Comment) -> Fact:
    """Return what the ledger keeps of a comment that was written just now."""
    staff = comment.role != "viewer"
    return Fact(comment.show_id, comment.viewer_id, "comment", comment.at, target=comment.id, staff=staff)


def _with_place(comment: Comment, placed: Placed) -> Comment:
    return replace(comment, place=placed.place, staff_place=placed.staff_place)
