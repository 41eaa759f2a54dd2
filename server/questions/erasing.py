"""Erasing what somebody wrote: their words and the name beside them, wherever a show keeps them. The questions stay, for the figures."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.hub.room import ERASED as PUBLICATION
from server.journal.transaction import ShowTransaction
from server.protocol.codec import encode
from server.questions.faces import as_public, as_staff
from server.questions.repository import read_questions
from server.questions.rules import Question, is_visible

ERASED: Final = "–"
"""What stands where their name and their words stood."""

_ERASE = text("UPDATE question SET author = :erased, text = :erased WHERE id = ANY(:questions)")
_PUBLISHED = text(
    'SELECT "offset", line, staff_line FROM publication WHERE show_id = :show AND (line ~ :any OR staff_line ~ :any)'
)
_REWRITE_PUBLISHED = text(
    'UPDATE publication SET line = :line, staff_line = :staff_line WHERE show_id = :show AND "offset" = :offset'
)
_TOLD = text("SELECT id, payload FROM webhook_event WHERE type LIKE 'question.%' AND payload ~ :any")
_REWRITE_TOLD = text("UPDATE webhook_event SET payload = :payload WHERE id = :id")


async def erase_many(tx: ShowTransaction, asked: Sequence[Sequence[str]]) -> list[int]:
    """Erase the words of questions of the show, and return how many rows each of `asked` has changed; again it changes nothing.

    Publications and webhooks that hold the words are written anew in place; who is in the show is told.
    """
    return [await _erase(tx, questions) for questions in asked]


async def _erase(tx: ShowTransaction, ids: Sequence[str]) -> int:
    standing = [each for each in await read_questions(tx.connection, tx.show_id, ids) if not _is_erased(each)]
    if not standing:
        return 0
    found = [each.id for each in standing]
    given = {
        "questions": found,
        "any": "|".join(re.escape(id) for id in found),
        "show": tx.show_id,
        "erased": ERASED,
    }
    rows = (await tx.connection.execute(_ERASE, given)).rowcount
    rows += await _rewrite_published(tx.connection, given)
    rows += await _rewrite_told(tx.connection, given)
    for question in standing:
        _tell(tx, replace(question, author=ERASED, text=ERASED))
    return rows


def _is_erased(question: Question) -> bool:
    return question.text == question.author == ERASED


def _tell(tx: ShowTransaction, question: Question) -> None:
    public, staff = {"question": as_public(question)}, {"question": as_staff(question)}
    if is_visible(question):
        tx.publish(PUBLICATION, public, staff=staff)
    else:
        tx.publish_to_staff(PUBLICATION, staff)


async def _rewrite_published(connection: AsyncConnection, given: dict[str, Any]) -> int:
    rows = [
        {
            "show": given["show"],
            "offset": offset,
            "line": without_words(line, given["questions"]),
            "staff_line": staff_line and without_words(staff_line, given["questions"]),
        }
        for offset, line, staff_line in await connection.execute(_PUBLISHED, given)
    ]
    if rows:
        await connection.execute(_REWRITE_PUBLISHED, rows)
    return len(rows)


async def _rewrite_told(connection: AsyncConnection, given: dict[str, Any]) -> int:
    rows = [
        {"id": id, "payload": without_words(payload, given["questions"])}
        for id, payload in await connection.execute(_TOLD, given)
    ]
    if rows:
        await connection.execute(_REWRITE_TOLD, rows)
    return len(rows)


def without_words(line: str, questions: Collection[str]) -> str:
    """Return a line of JSON in which each of the questions, wherever it stands whole, has no words and no author any more."""
    return encode(_without(msgspec.json.decode(line), frozenset(questions))).decode()


def _without(told: Any, questions: frozenset[str]) -> Any:
    if isinstance(told, list):
        return [_without(each, questions) for each in told]
    if not isinstance(told, dict):
        return told
    found = {name: _without(value, questions) for name, value in told.items()}
    if "text" in found and "author" in found and found.get("id") in questions:
        found |= {"text": ERASED, "author": ERASED}
        found.pop("guest", None)
    return found
