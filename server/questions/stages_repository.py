"""The SQL of stages: who hosts a show, and which questions stand before them."""

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.roles import STAFF
from server.protocol.staged import StaffStage, Stage
from server.questions.repository import read_as_questions
from server.questions.rules import Question
from server.questions.stages import Host, Stages
from server.questions.tables import QuestionRow

_QUESTION = QuestionRow.__table__  # type: ignore[attr-defined]
_HOSTS = text(
    """
    SELECT s.person_id, coalesce(p.name, m.name) AS name, coalesce(p.role, m.role) AS role
    FROM show_staff s
    JOIN show ON show.id = s.show_id
    LEFT JOIN person p ON p.id = s.person_id AND p.channel_id = show.channel_id
    LEFT JOIN staff_member m ON m.viewer_id = s.person_id AND m.channel_id = show.channel_id
    WHERE s.part = 'host' AND coalesce(p.role, m.role) = ANY(:staff) AND s.show_id IN (
        SELECT CAST(:show AS text) UNION SELECT show_id FROM joint_show WHERE leading_id = :show AND left_at IS NULL)
    ORDER BY s.person_id
    """
)


async def read_hosts(connection: AsyncConnection, show_id: str) -> list[Host]:
    """Return who is named as a host of the show, or of one that is held in it, and is staff of that show's channel, by the name there."""
    rows = await connection.execute(_HOSTS, {"show": show_id, "staff": sorted(STAFF)})
    return [Host(*row) for row in rows]


async def read_staged(connection: AsyncConnection, show_id: str) -> list[Question]:
    """Return the questions of the show that were put on a stage, whatever has become of them."""
    wanted = select(_QUESTION).where(_QUESTION.c.show_id == show_id, _QUESTION.c.stage_host.is_not(None))
    return await read_as_questions(connection, wanted)


async def clear_stages(connection: AsyncConnection, show_id: str, *, but: Collection[str]) -> None:
    """Take the questions off the stages of everybody who is none of `but`."""
    gone: Any = _QUESTION.c.stage_host.not_in(list(but))
    cleared = update(_QUESTION).where(
        _QUESTION.c.show_id == show_id, _QUESTION.c.stage_host.is_not(None), gone
    )
    await connection.execute(cleared.values(stage_host=None, stage_rank=None, staged_by=None))


async def read_stages(connection: AsyncConnection, show_id: str) -> Stages | None:
    """Return the stages of the show's hosts; None where nobody is named as one."""
    hosts = await read_hosts(connection, show_id)
    if not hosts:
        return None
    return Stages(hosts, {question.id: question for question in await read_staged(connection, show_id)})


class StagesPart:
    """The stages of a snapshot, as viewers and as staff read them; `fronts` are the questions that viewers see there."""

    def __init__(self, stages: Stages | None) -> None:
        shown: Sequence[Stage] = [] if stages is None else stages.public()
        self.public: list[Stage] | UnsetType = list(shown) or UNSET
        self.staff: list[StaffStage] | UnsetType = UNSET if stages is None else stages.staff()
        self.fronts = [each.question for each in shown]
