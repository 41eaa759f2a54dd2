"""Questions as they are listed: the queue of staff, what viewers see, and what one viewer did. Read only, beside the journal."""

from collections.abc import Sequence

from server.access.sanctions_repository import read_banned
from server.db.engine import Database
from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.pushes import HIDDEN, QuestionState
from server.questions.people_repository import read_told
from server.questions.repository import (
    QuestionOrder,
    Rank,
    read_asked_by,
    read_questions,
    read_queue,
    read_visible,
    read_voted_by,
)
from server.questions.rules import Own, Question, VisiblePage
from server.shows.repository import read_show


class Lists:
    """The reading side of questions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_queue(
        self, show_id: str, state: str | None, *, after: str | None, limit: int
    ) -> list[Question]:
        """Return up to `limit` questions of the show, newest first, in `state` and behind `after` where given."""
        async with self._database.read_soon() as connection:
            return await read_queue(connection, show_id, state, after=after, limit=limit)

    async def list_visible(
        self,
        show_id: str,
        states: Sequence[QuestionState],
        order: QuestionOrder,
        *,
        after: str | Rank | None,
        limit: int,
    ) -> VisiblePage:
        """Return up to `limit` of the questions that every viewer sees, behind `after` where given; raises `not_found`."""
        async with self._database.read_soon() as connection:
            show = await read_show(connection, show_id)
            if show is None:
                raise RefusedError(Code.NOT_FOUND)
            found = await read_visible(connection, show_id, states, order, after=after, limit=limit)
            banned = frozenset(await read_banned(connection, show_id, show.channel_id))
            return VisiblePage(show.channel_id, show.guests_allowed, banned, show.state in HIDDEN, found)

    async def list_own(self, show_id: str, viewer_id: str) -> Own:
        """Return what the viewer asked and voted for in the show, and what they alone were told."""
        async with self._database.read_soon() as connection:
            asked = await read_asked_by(connection, show_id, viewer_id)
            voted = await read_voted_by(connection, show_id, viewer_id)
            told = await read_told(connection, show_id, viewer_id)
            merged = [question.merged_into for question in asked if question.merged_into is not None]
            roots = await read_questions(connection, show_id, merged)
            return Own(asked, voted, told, {root.id: root for root in roots})
