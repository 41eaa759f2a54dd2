"""The reports of a process, and what may be reported."""

from functools import partial

from server.access.roles import is_staff
from server.audit.trail import Actor
from server.clock import Clock
from server.db.engine import Database
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.questions.moderating import moderate_many
from server.questions.repository import read_questions
from server.questions.rules import Hold, is_visible
from server.questions.tasks import Task
from server.questions.telling import Push
from server.reports.service import Author, Reports, Target


async def _find_author(tx: ShowTransaction, question_id: str) -> Author | None:
    found = await read_questions(tx.connection, tx.show_id, [question_id])
    if not found or not is_visible(found[0]):
        return None
    return Author(found[0].viewer_id, is_staff(found[0].role))


async def _hold(tx: ShowTransaction, question_id: str, actor: Actor, *, push: Push) -> None:
    """Of what cannot be held, since it is answered or somebody answers it, nothing is done."""
    await moderate_many(tx, [Task(actor, Hold(), question_id)], push=push)


def reports_for(journal: Journal, database: Database, clock: Clock, push: Push) -> Reports:
    """Return the reports of all shows."""
    return Reports(journal, database, clock, {"question": Target(_find_author, partial(_hold, push=push))})
