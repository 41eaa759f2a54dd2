"""Surveys of shows: prepared beside the journal, opened, answered and closed through it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.actions import Action
from server.audit.tables import AuditRow
from server.audit.trail import Actor, audit_beside, insert_audit
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.journal.journal import Journal
from server.protocol.codes import Code
from server.protocol.pushes import SurveyState
from server.shows.repository import read_show
from server.surveys import repository
from server.surveys.answering import Answering, answer_many
from server.surveys.opening import Moving, move_many
from server.surveys.repository import Counts, Written
from server.surveys.rules import PER_SHOW_MAX, Said, Survey, Wording, version_of


@dataclass(frozen=True, slots=True)
class Counted:
    """A survey, and the answers to it so far."""

    survey: Survey
    counts: Counts


class Surveys:
    """What may be done with surveys; of other channels none is found."""

    def __init__(self, journal: Journal, database: Database, clock: Clock) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock

    async def answer(
        self,
        show_id: str,
        viewer_id: str,
        survey_id: str,
        said: Said,
        *,
        staff: bool,
        intent: Intent | None = None,
    ) -> str:
        """Keep the viewer's answer, in the place of an earlier one, and return the survey's id.

        Raises `not_found`, `survey_closed` once it takes no more, and `invalid` for what does not answer it.
        """
        answering = Answering(viewer_id, survey_id, said, staff)
        return await self._journal.commit(
            show_id, answer_many, answering, intent=intent, kind=str, repeatable=True, patient=True
        )

    async def open(
        self, show_id: str, actor: Actor, survey_id: str, *, intent: Intent | None = None
    ) -> SurveyState:
        """Put the survey to everybody, and close whichever was open.

        Raises `not_found`, `show_not_live` before the show, `survey_closed` for one that was closed.
        """
        return await self._move(show_id, Moving(actor, survey_id, "open"), intent)

    async def close(
        self, show_id: str, actor: Actor, survey_id: str, *, intent: Intent | None = None
    ) -> SurveyState:
        """Take no more answers; raises `not_found`, and `conflict` for one that was never open."""
        return await self._move(show_id, Moving(actor, survey_id, "closed"), intent)

    async def _move(self, show_id: str, moving: Moving, intent: Intent | None) -> SurveyState:
        return await self._journal.commit(
            show_id, move_many, moving, intent=intent, kind=SurveyState, repeatable=True
        )

    async def prepare(
        self,
        show_id: str,
        channel_id: str,
        actor: Actor,
        wording: Wording,
        *,
        at_end: bool,
        intent: Intent | None = None,
    ) -> Survey:
        """Keep a survey of the show, to be opened by the host, or by itself when the show ends.

        Raises `not_found`, `conflict` when the show has one for its end already, `invalid` for more than `PER_SHOW_MAX`.
        """

        async def write(connection: AsyncConnection) -> Survey:
            known = await self._own(connection, show_id, channel_id)
            await _check_place(connection, known, wording, channel_id, at_end=at_end)
            if len(known) >= PER_SHOW_MAX:
                raise RefusedError(Code.INVALID, f"A show has at most {PER_SHOW_MAX} surveys.")
            now = self._clock.now()
            survey = Survey(new_id("sv"), channel_id, show_id, wording, at_end, "ready", 0, now)
            await repository.insert_survey(connection, survey)
            await insert_audit(connection, _noted(survey, actor, "survey.prepare", self._clock))
            return survey

        return await carry_out_once(self._database, self._clock, intent, Survey, write)

    async def change(
        self,
        survey_id: str,
        channel_id: str,
        actor: Actor,
        wording: Wording,
        *,
        at_end: bool,
        match: Match = ANY_VERSION,
    ) -> Survey:
        """Ask this instead; raises as `prepare`, and `conflict` for a survey that was open: what was answered keeps its question.

        `conflict` with 412 where `match` does not admit the version that is there.
        """
        async with self._database.write_soon() as connection:
            survey = await repository.read_survey(connection, survey_id, lock=True)
            if survey is None or survey.channel_id != channel_id:
                raise RefusedError(Code.NOT_FOUND)
            match.require(survey.version, survey)
            others = [
                each
                for each in await repository.read_surveys(connection, survey.show_id)
                if each.id != survey_id
            ]
            await _check_place(connection, others, wording, channel_id, at_end=at_end)
            changed = replace(survey, wording=wording, at_end=at_end, version=survey.version + 1)
            if not await repository.update_ready(connection, changed):
                raise RefusedError(Code.CONFLICT, "This survey was open.", current={"state": survey.state})
            await insert_audit(connection, _noted(changed, actor, "survey.change", self._clock))
        return changed

    async def remove(self, survey_id: str, channel_id: str, actor: Actor) -> None:
        """Delete a survey that was never open; raises `not_found`, and `conflict` for one that was: its answers are counted."""
        async with self._database.write_soon() as connection:
            survey = await repository.read_survey(connection, survey_id)
            if survey is None or survey.channel_id != channel_id:
                raise RefusedError(Code.NOT_FOUND)
            if not await repository.delete_ready(connection, survey_id):
                raise RefusedError(Code.CONFLICT, "This survey was open.", current={"state": survey.state})
            await insert_audit(connection, _noted(survey, actor, "survey.remove", self._clock))

    async def list_of(self, show_id: str, channel_id: str) -> list[Counted]:
        """Return the show's surveys, the oldest first, with their answers so far; raises `not_found`."""
        async with self._database.read_soon() as connection:
            surveys = await self._own(connection, show_id, channel_id)
            counts = await repository.read_counts(connection, show_id)
        return [Counted(survey, counts.get(survey.id, Counts())) for survey in surveys]

    async def words_of(
        self, survey_id: str, channel_id: str, search: str, *, limit: int, offset: int
    ) -> list[Written]:
        """Return what viewers wrote to a survey of the channel, the newest first; raises `not_found`."""
        async with self._database.read_soon() as connection:
            survey = await repository.read_survey(connection, survey_id)
            if survey is None or survey.channel_id != channel_id:
                raise RefusedError(Code.NOT_FOUND)
            return await repository.read_words(connection, survey_id, search, limit=limit, offset=offset)

    async def seen_by(self, show_id: str, viewers: Sequence[str]) -> list[str]:
        """Return the surveys that the viewer, by any of their ids, was shown or answered."""
        async with self._database.read_soon() as connection:
            return await repository.read_seen(connection, show_id, viewers)

    async def default_of(self, channel_id: str) -> Wording | None:
        """Return what the channel asks at the end of each show."""
        async with self._database.read_soon() as connection:
            return await repository.read_default(connection, channel_id)

    async def set_default(
        self, channel_id: str, actor: Actor, wording: Wording | None, *, match: Match = ANY_VERSION
    ) -> None:
        """Ask this at the end of each show that has no survey of its own for it; None: nothing.

        Raises `conflict` with 412 where `match` does not admit what is asked now.
        """
        async with self._database.write_soon() as connection:
            known = await repository.lock_default(connection, channel_id)
            match.require(version_of(known), known)
            await repository.write_default(connection, channel_id, wording)
            kind = None if wording is None else wording.kind
            await audit_beside(
                connection,
                actor,
                "survey.default",
                channel_id,
                self._clock.now(),
                channel=channel_id,
                kind=kind,
            )

    async def _own(self, connection: AsyncConnection, show_id: str, channel_id: str) -> list[Survey]:
        show = await read_show(connection, show_id)
        if show is None or show.channel_id != channel_id:
            raise RefusedError(Code.NOT_FOUND)
        return await repository.read_surveys(connection, show_id)


async def _check_place(
    connection: AsyncConnection, others: Sequence[Survey], wording: Wording, channel_id: str, *, at_end: bool
) -> None:
    """Raise where a survey does not go with the others of its show, or asks about a product that the channel does not have."""
    if at_end and any(each.at_end for each in others):
        raise RefusedError(Code.CONFLICT, "The show has a survey for its end already.")
    if wording.product_id and not await repository.is_product(connection, wording.product_id, channel_id):
        raise RefusedError(Code.INVALID, "The channel has no such product.")


def _noted(survey: Survey, actor: Actor, action: Action, clock: Clock) -> AuditRow:
    return AuditRow(
        id=new_id("a"),
        show_id=survey.show_id,
        at=clock.now(),
        actor=actor.viewer_id,
        name=actor.name,
        role=actor.role,
        action=action,
        subject=survey.id,
        details={"kind": survey.wording.kind},
    )
