"""Reacting to comments: each viewer once with each kind, counted in SQL, told once for all that came together."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.comments.repository import Reaction, change_reactions, read_comments, write_counts
from server.comments.rules import Comment, is_seen
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.commented import CommentReactions
from server.shows.repository import read_show
from server.shows.rules import WITHOUT_QUESTIONS


@dataclass(frozen=True, slots=True)
class Reacting:
    """A viewer reacts to a comment, or takes that back (`on` False)."""

    viewer_id: str
    comment_id: str
    kind: str
    on: bool


async def react_many(
    tx: ShowTransaction, reactions: Sequence[Reacting]
) -> list[dict[str, int] | RefusedError]:
    """Keep and take back reactions, in order, and return each comment's newest counts; the same again changes nothing."""
    show = await read_show(tx.connection, tx.show_id)
    if show is None or show.state in WITHOUT_QUESTIONS:
        return [RefusedError(Code.SHOW_NOT_LIVE) for _ in reactions]
    wanted = {each.comment_id for each in reactions}
    found = await read_comments(tx.connection, tx.show_id, wanted)
    seen = {comment.id: comment for comment in found if is_seen(comment)}
    changed = await _change(tx, [each for each in reactions if each.comment_id in seen])
    counts = {id: _counted(seen[id], by) for id, by in changed.items()}
    counts = {id: now for id, now in counts.items() if now != dict(seen[id].reactions)}
    await write_counts(tx.connection, counts)
    if counts:
        told = [CommentReactions(id, counts[id]) for id in sorted(counts)]
        tx.publish("comment.reacted", {"comments": told})
    newest = {id: counts.get(id, dict(comment.reactions)) for id, comment in seen.items()}
    return [newest.get(each.comment_id, RefusedError(Code.NOT_FOUND)) for each in reactions]


async def _change(tx: ShowTransaction, reactions: Sequence[Reacting]) -> dict[str, dict[str, int]]:
    """Write the last wish of each viewer for each comment and kind; return by how much the counts differ, by comment and kind."""
    wishes = {Reaction(each.comment_id, each.viewer_id, each.kind): each.on for each in reactions}
    differ: dict[str, dict[str, int]] = {}
    for on, by in ((True, 1), (False, -1)):
        asked = [reaction for reaction, wish in wishes.items() if wish is on]
        changed = await change_reactions(tx.connection, tx.show_id, asked, tx.now, on=on) if asked else []
        for each in changed:
            of_comment = differ.setdefault(each.comment_id, {})
            of_comment[each.kind] = of_comment.get(each.kind, 0) + by
    return differ


def _counted(comment: Comment, by: dict[str, int]) -> dict[str, int]:
    counts = {kind: comment.reactions.get(kind, 0) + by.get(kind, 0) for kind in {*comment.reactions, *by}}
    return {kind: n for kind, n in sorted(counts.items()) if n}
