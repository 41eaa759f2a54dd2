"""The comments of a process, with what the questions' room does for them."""

from functools import partial

from server.comments.moderating import Push
from server.comments.service import Comments
from server.comments.ticking import Ticks
from server.db.engine import Database
from server.journal.journal import Journal
from server.questions.from_comment import make_question
from server.screening.door import Screening


def comments_for(
    journal: Journal,
    database: Database,
    push: Push,
    screening: Screening | None = None,
    *,
    ticks: Ticks | None = None,
) -> Comments:
    """Return the comments of all shows; writers are told by `push`."""
    making = partial(make_question, push=push)
    return Comments(journal, database, make_question=making, screening=screening, push=push, ticks=ticks)
