"""Surveys over HTTP: prepared in the studio, counted while they run, and what people wrote, for who may read it."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from server.access.dependencies import ShowId, entrant_of, require_show_of
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ANALYSTS, MEMBERS, RUNNERS, may_run_show
from server.audit.trail import acting_by
from server.errors import RefusedError
from server.http.params import ENTITY_ID, Limit, OneLine, OptionalKey
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.protocol.codes import Code
from server.surveys.bodies import (
    DefaultBody,
    SurveyBody,
    SurveyList,
    SurveyRequest,
    WordingRequest,
    WrittenPage,
    as_body,
    as_wording,
    as_written,
    wanted,
)
from server.surveys.repository import Counts
from server.surveys.rules import Wording, version_of
from server.surveys.service import Surveys

SurveyId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The survey's id.")]
Runner = Annotated[Principal, permitted(RUNNERS, "shows:write")]
Reader = Annotated[Principal, permitted(MEMBERS, "stats:read")]
Analyst = Annotated[Principal, permitted(ANALYSTS, "stats:read")]


async def reader_of(
    show: ShowId,
    request: Request,
    by: Annotated[Principal, permitted(MEMBERS, "stats:read", role_asked_later=True)],
) -> Principal:
    """Return who calls if they work for the show's channel; asks first whether they may know of the show."""
    if by.identity is None:
        await require_show_of(show, request, by)
        return by
    entrant = await entrant_of(show, request, by.identity)
    if entrant.role not in MEMBERS:
        raise RefusedError(Code.FORBIDDEN, "Only people of this channel may do this.")
    return by


def router() -> APIRouter:
    """Return the routes of surveys."""
    api = APIRouter(prefix="/v1", tags=["surveys"])
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    sent = (*known, *OF_BODIES)
    add = api.add_api_route
    add(
        "/shows/{show}/surveys",
        list_surveys,
        methods=["GET"],
        summary="The surveys of a show",
        responses=refusals(*known),
    )
    add(
        "/shows/{show}/surveys",
        prepare_survey,
        methods=["POST"],
        status_code=201,
        summary="Prepare a survey",
        responses=refusals(*sent, Code.CONFLICT, Code.KEY_REUSED),
    )
    add(
        "/surveys/{survey}",
        change_survey,
        methods=["PUT"],
        summary="Change a survey that was never open",
        responses=refusals(*sent, Code.CONFLICT) | STALE,
    )
    add(
        "/surveys/{survey}",
        remove_survey,
        methods=["DELETE"],
        status_code=204,
        response_class=Response,
        summary="Remove a survey that was never open",
        responses=refusals(*known, Code.CONFLICT),
    )
    add(
        "/surveys/{survey}/answers",
        list_answers,
        methods=["GET"],
        summary="What viewers wrote to a survey",
        responses=refusals(*known),
    )
    add(
        "/channel/survey",
        get_default,
        methods=["GET"],
        summary="What is asked at the end of each show",
        responses=refusals(*known),
    )
    add(
        "/channel/survey",
        put_default,
        methods=["PUT"],
        summary="Ask this at the end of each show",
        responses=refusals(*sent) | STALE,
    )
    add(
        "/channel/survey",
        remove_default,
        methods=["DELETE"],
        status_code=204,
        response_class=Response,
        summary="Ask nothing at the end of each show",
        responses=refusals(*known) | STALE,
    )
    return api


async def list_surveys(
    show: ShowId, by: Annotated[Principal, Depends(reader_of)], request: Request
) -> SurveyList:
    """For the channel's staff and analysts. The counts are those of now."""
    surveys = _surveys(request)
    found = await surveys.list_of(show, by.channel_id)
    asked = await surveys.default_of(by.channel_id)
    return SurveyList(
        surveys=[as_body(each.survey, each.counts) for each in found], at_every_end=as_wording(asked)
    )


async def prepare_survey(
    show: ShowId, body: SurveyRequest, by: Runner, request: Request, key: OptionalKey = None
) -> SurveyBody:
    """For hosts and admins, before and during the show. Nobody else sees it before it is opened."""
    intent = intent_of(by.id, key, "POST /v1/shows/surveys", by.channel_id, show, body.model_dump())
    survey = await _surveys(request).prepare(
        show, by.channel_id, acting_by(by), wanted(body, body.product), at_end=body.at_end, intent=intent
    )
    return as_body(survey, Counts())


async def change_survey(
    *,
    survey: SurveyId,
    body: SurveyRequest,
    by: Runner,
    request: Request,
    response: Response,
    if_match: IfMatch,
) -> SurveyBody:
    """For hosts and admins. `version` of the list says which one was read."""
    changed = await _surveys(request).change(
        survey,
        by.channel_id,
        acting_by(by),
        wanted(body, body.product),
        at_end=body.at_end,
        match=if_match.shown_by(lambda current: as_body(current, Counts())),
    )
    answer_version(response, changed.version)
    return as_body(changed, Counts())


async def remove_survey(survey: SurveyId, by: Runner, request: Request) -> None:
    """For hosts and admins."""
    await _surveys(request).remove(survey, by.channel_id, acting_by(by))


async def list_answers(
    *,
    survey: SurveyId,
    by: Analyst,
    request: Request,
    search: Annotated[
        OneLine, Query(alias="q", max_length=100, description="Only texts that hold this.")
    ] = "",
    limit: Limit = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="`next` of the page before.")] = 0,
) -> WrittenPage:
    """Texts, and reasons of scores. Hosts and admins read whose they are, analysts and programs a pseudonym."""
    found = await _surveys(request).words_of(
        survey, by.channel_id, search.strip(), limit=limit + 1, offset=offset
    )
    named = may_run_show(by.role)
    answers = [as_written(each, survey, named=named) for each in found[:limit]]
    return WrittenPage(answers=answers, next=offset + limit if len(found) > limit else None)


async def get_default(by: Reader, request: Request, response: Response) -> DefaultBody:
    """For the channel's staff and analysts."""
    wording = await _surveys(request).default_of(by.channel_id)
    answer_version(response, version_of(wording))
    return _default_body(wording)


async def put_default(
    body: WordingRequest, by: Runner, request: Request, response: Response, if_match: IfMatch
) -> DefaultBody:
    """For hosts and admins. A show that has a survey of its own for the end asks that instead."""
    wording = wanted(body, None)
    match = if_match.shown_by(_default_body)
    await _surveys(request).set_default(by.channel_id, acting_by(by), wording, match=match)
    answer_version(response, version_of(wording))
    return _default_body(wording)


def _default_body(wording: Wording | None) -> DefaultBody:
    return DefaultBody(asked=as_wording(wording))


async def remove_default(by: Runner, request: Request, if_match: IfMatch) -> None:
    """For hosts and admins."""
    match = if_match.shown_by(_default_body)
    await _surveys(request).set_default(by.channel_id, acting_by(by), None, match=match)


def _surveys(request: Request) -> Surveys:
    return cast("Surveys", request.app.state.surveys)
