"""The reports of a process, and what may be reported."""

from functools import partial

from server.access.roles import is_staff
from server.audit.trail import Actor
from server.clock import Clock
from server.comments import moderating as comments
from server.comments.repository import read_comments
from server.comments.rules import Remove, is_seen
from server.db.engine import Database
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.posts.service import Posts
from server.questions.from_comment import make_question
from server.questions.moderating import moderate_many
from server.questions.repository import read_questions
from server.questions.rules import Hold, is_visible
from server.questions.tasks import Task
from server.questions.telling import Push
from server.reports.service import Author, Reports, Target


async def _find_asker(tx: ShowTransaction, question_id: str) -> Author | None:
    found = await read_questions(tx.connection, tx.show_id, [question_id])
    if not found or not is_visible(found[0]):
        return None
    return Author(found[0].viewer_id, is_staff(found[0].role))


async def _hold(tx: ShowTransaction, question_id: str, actor: Actor, *, push: Push) -> None:
    """Of what cannot be held, since it is answered or somebody answers it, nothing is done."""
    await moderate_many(tx, [Task(actor, Hold(), question_id)], push=push)


async def _find_writer(tx: ShowTransaction, comment_id: str) -> Author | None:
    found = await read_comments(tx.connection, tx.show_id, [comment_id])
    if not found or not is_seen(found[0]) or found[0].shadow:
        return None
    return Author(found[0].viewer_id, is_staff(found[0].role))


async def _take_away(tx: ShowTransaction, comment_id: str, actor: Actor, *, push: Push) -> None:
    """A comment stands in a stream that flows on, so it is not held but removed; staff can restore it."""
    removing = comments.Task(actor, Remove("other"), comment_id)
    await comments.moderate_many(tx, [removing], make_question=partial(make_question, push=push), push=push)


async def _find_poster(tx: ShowTransaction, post_id: str, *, posts: Posts) -> Author | None:
    found = await posts.find_seen(tx, post_id)
    return None if found is None else Author(found.viewer_id, staff=False)


def reports_for(journal: Journal, database: Database, clock: Clock, push: Push, posts: Posts) -> Reports:
    """Return the reports of all shows."""
    targets = {
        "question": Target(_find_asker, partial(_hold, push=push)),
        "comment": Target(_find_writer, partial(_take_away, push=push)),
        "post": Target(partial(_find_poster, posts=posts), posts.hold),
    }
    return Reports(journal, database, clock, targets)
