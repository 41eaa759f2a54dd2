"""The questions of a process, and what its staff do at them just now."""

from collections.abc import Callable
from typing import Any, NamedTuple

from server.clock import Clock
from server.db.engine import Database
from server.faq.keeping import keep_answers
from server.hub.connection import Connection
from server.hub.dispatch import Commands
from server.hub.hub import Hub
from server.journal.journal import Journal
from server.questions.answering import AnsweringDesk
from server.questions.browsing import Browsing
from server.questions.claiming import Claiming
from server.questions.pseudonyms import Pseudonyms
from server.questions.rankings import Kept
from server.questions.service import Questions
from server.questions.similar import SimilarQuestions
from server.questions.telling import Push
from server.questions.visible_pages import VisiblePages
from server.screening.door import Screening
from server.settings import Settings
from server.stats.lifetime.membership import Membership


def questions_for(
    settings: Settings, journal: Journal, database: Database, push: Push, screening: Screening
) -> Questions:
    """Return the questions of all shows; authors are told by `push`, and what is answered of a product is a line of its FAQ."""
    return Questions(
        journal,
        database,
        watch_seconds=settings.guest_watch_seconds,
        pseudonyms=Pseudonyms(settings.signing_secret()),
        screening=screening,
        push=push,
        follow=keep_answers,
    )


class QuestionLists(NamedTuple):
    """How the questions of a show are read: like a text, page by page, and as viewers see them."""

    similar: SimilarQuestions
    browsing: Browsing
    visible: VisiblePages


def question_lists_for(questions: Questions, database: Database, clock: Clock, kept: Kept) -> QuestionLists:
    """Return them; `kept` has orders that are read page by page."""
    similar = SimilarQuestions(database)
    browsing = Browsing(database, similar, kept, Membership(database, clock))
    return QuestionLists(similar, browsing, VisiblePages(questions, browsing))


class StaffAtWork:
    """Who writes an answer, and who has claimed which question, until their connection leaves."""

    def __init__(self, hub: Hub, tell: Callable[[str, bytes], None], questions: Questions) -> None:
        self.answering = AnsweringDesk(hub, tell)
        self._claiming = Claiming(questions)
        hub.staff_leaves = self._leave

    def commands(self) -> Commands:
        """Return the handlers for the dispatcher."""
        table: dict[Any, Any] = {**self.answering.commands(), **self._claiming.table()}
        return table

    async def close(self) -> None:
        """Wait until what those who left had claimed is released."""
        await self._claiming.close()

    def _leave(self, connection: Connection) -> None:
        self.answering.leave(connection)
        self._claiming.leave(connection)
