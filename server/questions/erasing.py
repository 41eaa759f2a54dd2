"""Erasing what somebody wrote: their words and the name beside them, wherever a show keeps them. The questions stay, for the figures."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.hub.room import QUESTION_ERASED as PUBLICATION
from server.journal.rewriting import ERASED, any_of, rewrite_published, without_words
from server.journal.transaction import ShowTransaction
from server.questions.faces import as_public, as_staff
from server.questions.repository import read_questions
from server.questions.rules import Question, is_visible

_ERASE = text("UPDATE question SET author = :erased, text = :erased WHERE id = ANY(:questions)")
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
    rows = (await tx.connection.execute(_ERASE, {"questions": found, "erased": ERASED})).rowcount
    rows += await rewrite_published(tx.connection, tx.show_id, found)
    rows += await _rewrite_told(tx.connection, found)
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


async def _rewrite_told(connection: AsyncConnection, questions: Collection[str]) -> int:
    rows = [
        {"id": id, "payload": without_words(payload, questions)}
        for id, payload in await connection.execute(_TOLD, {"any": any_of(questions)})
    ]
    if rows:
        await connection.execute(_REWRITE_TOLD, rows)
    return len(rows)
