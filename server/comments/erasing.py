"""Erasing what somebody commented: their words and the name beside them, wherever a show keeps them. The comments stay, for the figures."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import text

from server.comments.faces import as_public, as_staff
from server.comments.repository import read_comments
from server.comments.rules import is_seen
from server.hub.room import COMMENT_ERASED
from server.journal.rewriting import ERASED, rewrite_published
from server.journal.transaction import ShowTransaction

_ERASE = text("UPDATE comment SET author = :erased, text = :erased WHERE id = ANY(:comments)")


async def erase_many(tx: ShowTransaction, asked: Sequence[Sequence[str]]) -> list[int]:
    """Erase the words of comments of the show, and return how many rows each of `asked` has changed; again it changes nothing.

    Publications that hold the words are written anew in place; who is in the show is told.
    """
    return [await _erase(tx, comments) for comments in asked]


async def _erase(tx: ShowTransaction, ids: Sequence[str]) -> int:
    found = await read_comments(tx.connection, tx.show_id, ids)
    standing = [each for each in found if not each.text == each.author == ERASED]
    if not standing:
        return 0
    erased = [each.id for each in standing]
    rows = (await tx.connection.execute(_ERASE, {"comments": erased, "erased": ERASED})).rowcount
    rows += await rewrite_published(tx.connection, tx.show_id, erased)
    for comment in standing:
        gone = replace(comment, author=ERASED, text=ERASED)
        staff = {"comment": as_staff(gone)}
        if is_seen(gone):
            tx.publish(COMMENT_ERASED, {"comment": as_public(gone)}, staff=staff)
        else:
            tx.publish_to_staff(COMMENT_ERASED, staff)
    return rows
