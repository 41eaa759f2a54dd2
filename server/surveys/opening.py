"""Opening and closing a show's surveys, through its journal: at most one is open at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.ledger.final import drop_own_final
from server.protocol.codes import Code
from server.protocol.pushes import SurveyState
from server.shows.repository import read_show
from server.shows.tables import ShowRow
from server.surveys.repository import (
    as_public,
    insert_survey,
    read_default,
    read_surveys,
    reset_surveys,
    update_surveys,
)
from server.surveys.rules import Survey, closing_time

OPENED_IN = frozenset({"rehearsal", "live", "ended"})


@dataclass(frozen=True, slots=True)
class Moving:
    """A member of staff opens or closes a survey."""

    actor: Actor
    survey_id: str
    to: Literal["open", "closed"]


async def move_many(tx: ShowTransaction, moves: Sequence[Moving]) -> list[SurveyState | RefusedError]:
    """Open and close in order; what stands so already stays. A survey that is closed does not open again: its answers are counted."""
    show = await read_show(tx.connection, tx.show_id)
    surveys = {survey.id: survey for survey in await read_surveys(tx.connection, tx.show_id, held=True)}
    moved: set[str] = set()
    answers: list[SurveyState | RefusedError] = []
    for move in moves:
        survey = surveys.get(move.survey_id)
        if show is None or survey is None:
            answers.append(RefusedError(Code.NOT_FOUND))
        elif survey.state == move.to:
            answers.append(survey.state)
        elif (refused := _refusal(show, survey, move)) is not None:
            answers.append(refused)
        else:
            moved |= _move(tx, show, surveys, move)
            answers.append(move.to)
    await update_surveys(tx.connection, [surveys[id] for id in moved])
    if moved and show is not None and show.state == "ended":
        drop_own_final(tx)
    return answers


def _refusal(show: ShowRow, survey: Survey, move: Moving) -> RefusedError | None:
    if move.to == "closed":
        return (
            None if survey.state == "open" else RefusedError(Code.CONFLICT, current={"state": survey.state})
        )
    if show.state not in OPENED_IN:
        return RefusedError(Code.SHOW_NOT_LIVE)
    return None if survey.state == "ready" else RefusedError(Code.SURVEY_CLOSED)


def _move(tx: ShowTransaction, show: ShowRow, surveys: dict[str, Survey], move: Moving) -> set[str]:
    survey = surveys[move.survey_id]
    audit(tx, move.actor, "survey.open" if move.to == "open" else "survey.close", survey.id)
    if move.to == "closed":
        surveys[survey.id] = _closed(tx, survey)
        return {survey.id}
    before = _close_open(tx, surveys)
    surveys[survey.id] = _opened(tx, survey, after_end=show.state == "ended")
    return before | {survey.id}


def _close_open(tx: ShowTransaction, surveys: dict[str, Survey]) -> set[str]:
    open_ones = [survey for survey in surveys.values() if survey.state == "open"]
    for survey in open_ones:
        surveys[survey.id] = _closed(tx, survey)
    return {survey.id for survey in open_ones}


def _closed(tx: ShowTransaction, survey: Survey) -> Survey:
    tx.publish("survey.closed", {"survey": survey.id})
    return replace(survey, state="closed", closed_at=tx.now, version=survey.version + 1)


def _opened(tx: ShowTransaction, survey: Survey, *, after_end: bool) -> Survey:
    closes_at = closing_time(survey.wording, tx.now) if after_end else None
    opened = replace(
        survey,
        state="open",
        opened_at=survey.opened_at or tx.now,
        closes_at=closes_at,
        version=survey.version + 1,
    )
    tx.publish("survey.opened", {"survey": as_public(opened)})
    return opened


async def open_at_end(tx: ShowTransaction, show: ShowRow) -> None:
    """Open the survey that is meant for the show's end, or what the channel asks at every end; another one that is open stays else.

    One that stays open is told again, with the time when it closes.
    """
    surveys = {survey.id: survey for survey in await read_surveys(tx.connection, tx.show_id, held=True)}
    meant = next((survey for survey in surveys.values() if survey.at_end and survey.state == "ready"), None)
    if meant is None and not any(survey.at_end for survey in surveys.values()):
        meant = await _of_channel(tx, show)
    if meant is not None:
        surveys[meant.id] = meant
        moved = _close_open(tx, surveys)
        surveys[meant.id] = _opened(tx, meant, after_end=True)
        await update_surveys(tx.connection, [surveys[id] for id in moved | {meant.id}])
        return
    for survey in [survey for survey in surveys.values() if survey.state == "open"]:
        await update_surveys(tx.connection, [_opened(tx, survey, after_end=True)])


async def _of_channel(tx: ShowTransaction, show: ShowRow) -> Survey | None:
    wording = await read_default(tx.connection, show.channel_id)
    if wording is None:
        return None
    survey = Survey(
        new_id("sv"),
        show.channel_id,
        tx.show_id,
        wording,
        at_end=True,
        state="ready",
        version=0,
        created_at=tx.now,
    )
    await insert_survey(tx.connection, survey)
    return survey


class SurveysAside:
    """The surveys' part of a rehearsal: what was prepared stays, and afterwards nobody has answered anything."""

    name = "surveys"

    async def put_aside(self, connection: AsyncConnection, show_id: str) -> Any:
        """Nothing was opened or answered before a rehearsal."""

    async def put_back(self, connection: AsyncConnection, show_id: str, kept: Any) -> None:
        """Forget what was opened and answered meanwhile."""
        await reset_surveys(connection, show_id)
