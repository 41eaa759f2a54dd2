"""Surveys on the socket: each command to its service call, each result to its reply."""

from server.hub.connection import Connection
from server.hub.dispatch import Commands
from server.ledger.recorder import Recorder
from server.pace.rates import Act
from server.pace.service import Pace
from server.protocol.codec import ok_line
from server.protocol.commands import (
    SurveyAnswer,
    SurveyClose,
    SurveyOpen,
    SurveyShown,
)
from server.surveys.rules import Said
from server.surveys.service import Surveys
from server.viewers.caller import acting, intent_in, paced_by


class SurveyCommands:
    """The socket's way to `Surveys`. That a card was shown is recorded in passing, as impressions are."""

    def __init__(self, surveys: Surveys, recorder: Recorder, pace: Pace | None = None) -> None:
        self._surveys = surveys
        self._pace = pace
        self._recorder = recorder

    def table(self) -> Commands:
        """Return which handler carries out which command."""
        return {
            SurveyAnswer: self.answer,
            SurveyShown: self.shown,
            SurveyOpen: self.open,
            SurveyClose: self.close,
        }

    async def answer(self, caller: Connection, command: SurveyAnswer) -> bytes | None:
        """Keep the caller's answer; `too_fast` when the viewer has answered too often."""
        intent = intent_in(caller, command)
        show_id, viewer_id, staff = caller.show_id, caller.viewer_id, caller.role != "viewer"
        if self._pace is not None:
            await self._pace.spend(Act.ANSWER, paced_by(caller))
        said = Said(command.score, command.choice, command.text)
        survey = await self._surveys.answer(
            show_id, viewer_id, command.survey, said, staff=staff, intent=intent
        )
        return None if command.id is None else ok_line(command.id, survey=survey)

    def shown(self, caller: Connection, command: SurveyShown) -> bytes | None:
        """Record that the card was before the viewer's eyes; ids of no survey are counted nowhere."""
        if caller.counted:
            self._recorder.count(caller.show_id, caller.viewer_id, caller.id, "survey_shown", command.survey)
        return None if command.id is None else ok_line(command.id)

    async def open(self, caller: Connection, command: SurveyOpen) -> bytes | None:
        """Put a survey to everybody."""
        state = await self._surveys.open(
            caller.show_id, acting(caller), command.survey, intent=intent_in(caller, command)
        )
        return None if command.id is None else ok_line(command.id, survey=command.survey, state=state)

    async def close(self, caller: Connection, command: SurveyClose) -> bytes | None:
        """Take no more answers."""
        state = await self._surveys.close(
            caller.show_id, acting(caller), command.survey, intent=intent_in(caller, command)
        )
        return None if command.id is None else ok_line(command.id, survey=command.survey, state=state)
