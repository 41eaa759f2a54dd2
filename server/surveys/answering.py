"""Answering a survey: what one batch of the journal keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.ledger.entries import Fact
from server.ledger.final import drop_own_final
from server.ledger.repository import record_facts
from server.protocol.codes import Code
from server.sealing.unsealing import unseal
from server.shows.repository import read_show
from server.surveys.repository import KEEP_ANSWERS, answer_row, read_answered, read_surveys
from server.surveys.rules import Said, Survey, check_answer


@dataclass(frozen=True, slots=True)
class Answering:
    """A viewer answers; `staff` count nowhere."""

    viewer_id: str
    survey_id: str
    said: Said
    staff: bool = False


async def answer_many(tx: ShowTransaction, answers: Sequence[Answering]) -> list[str | RefusedError]:
    """Keep the answers of one batch: the first of a viewer to a survey is a fact, a later one takes its place. Returns surveys' ids."""
    surveys = {survey.id: survey for survey in await read_surveys(tx.connection, tx.show_id)}
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    told: list[str | RefusedError] = []
    for answering in answers:
        try:
            survey, said = _accept(tx, surveys, answering)
        except RefusedError as refused:
            told.append(refused)
            continue
        kept[survey.id, answering.viewer_id] = answer_row(survey, answering.viewer_id, said, tx.now)
        told.append(survey.id)
    if kept and not tx.rehearsal:
        await _keep(tx, kept, {answering.viewer_id for answering in answers if answering.staff})
    return told


def _accept(tx: ShowTransaction, surveys: dict[str, Survey], answering: Answering) -> tuple[Survey, Said]:
    survey = surveys.get(answering.survey_id)
    if survey is None or survey.state == "ready":
        raise RefusedError(Code.NOT_FOUND)
    if not survey.takes_answers(tx.now):
        raise RefusedError(Code.SURVEY_CLOSED)
    return survey, check_answer(survey.wording, answering.said)


async def _keep(tx: ShowTransaction, kept: dict[tuple[str, str], dict[str, Any]], staff: set[str]) -> None:
    known = await read_answered(tx.connection, list(kept))
    facts = [
        Fact(tx.show_id, viewer, "survey_answer", tx.now, target=survey, staff=viewer in staff)
        for survey, viewer in kept
        if (survey, viewer) not in known
    ]
    record_facts(tx, facts)
    tx.write(
        KEEP_ANSWERS, kept.values()
    )  # the last write of a transaction that publishes nothing begins with no WITH
    show = await read_show(tx.connection, tx.show_id)
    if show is not None and show.state == "ended":
        await unseal(tx.connection, [tx.show_id])
        drop_own_final(tx)
