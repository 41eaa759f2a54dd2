"""Questions as they are listed: the queue of staff, what viewers see, and what one viewer did. Read only, beside the journal."""

from server.access.entry import ShowTerms
from server.access.repository import terms_of
from server.access.sanctions_repository import read_banned
from server.db.engine import Database
from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.pushes import QuestionState
from server.questions.choice import Choice
from server.questions.lists_repository import read_newest
from server.questions.people_repository import read_told
from server.questions.repository import read_asked_by, read_questions, read_voted_by
from server.questions.rules import Own, Question
from server.shows.repository import read_show


class Lists:
    """The reading side of questions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_queue(
        self, show_id: str, state: QuestionState | None, *, after: str | None, limit: int
    ) -> list[Question]:
        """Return up to `limit` questions of the show, newest first, in `state` and behind `after` where given."""
        choice = Choice(show_id, None if state is None else (state,))
        async with self._database.read_soon() as connection:
            return await read_newest(connection, choice, after=after, limit=limit)

    async def door_of(self, show_id: str) -> ShowTerms:
        """Return who may come to the show; raises `not_found`."""
        async with self._database.read_soon() as connection:
            show = await read_show(connection, show_id)
            if show is None:
                raise RefusedError(Code.NOT_FOUND)
            banned = frozenset(await read_banned(connection, show_id, show.channel_id))
            return terms_of(
                show.id,
                show.channel_id,
                show.state,
                guests_allowed=show.guests_allowed,
                joint=show.joint,
                banned=banned,
            )

    async def list_own(self, show_id: str, viewer_id: str) -> Own:
        """Return what the viewer asked and voted for in the show, and what they alone were told."""
        async with self._database.read_soon() as connection:
            asked = await read_asked_by(connection, show_id, viewer_id)
            voted = await read_voted_by(connection, show_id, viewer_id)
            told = await read_told(connection, show_id, viewer_id)
            merged = [question.merged_into for question in asked if question.merged_into is not None]
            roots = await read_questions(connection, show_id, merged)
            return Own(asked, voted, told, {root.id: root for root in roots})
