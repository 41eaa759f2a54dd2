"""A moderator makes a question of what somebody wrote elsewhere: its writer has asked it, and hears what becomes of it."""

from functools import partial
from typing import Protocol

from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.ledger.repository import record_facts
from server.protocol.question_lines import QuestionOwn
from server.questions.asked_fact import asked_fact
from server.questions.asking import publish
from server.questions.faces import as_own
from server.questions.repository import INSERT_QUESTIONS
from server.questions.rules import Question
from server.questions.telling import Push


class Source(Protocol):
    """What somebody wrote, and who: a comment."""

    @property
    def id(self) -> str: ...
    @property
    def viewer_id(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def text(self) -> str: ...


async def make_question(tx: ShowTransaction, source: Source, *, push: Push) -> str:
    """Keep and publish an open question of the source's writer with its text, which a moderator has seen; return its id."""
    question = Question(
        id=new_id("q"),
        show_id=tx.show_id,
        viewer_id=source.viewer_id,
        author=source.author,
        text=source.text,
        state="open",
        version=0,
        votes=0,
        asked_at=tx.now,
        role=source.role,
        comment_id=source.id,
    )
    tx.write(INSERT_QUESTIONS, [question])
    publish(tx, question)
    record_facts(tx, [asked_fact(question)])
    line = QuestionOwn(as_own(question))
    tx.afterwards.append(partial(push, tx.show_id, question.viewer_id, line))
    return question.id
