"""Surveys over HTTP: prepared in the studio, counted while they run, and what people wrote, for who may read it."""

from hashlib import sha256
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from server.access.dependencies import ShowId, entrant_of, require_show_of
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ANALYSTS, MEMBERS, RUNNERS, may_run_show
from server.audit.trail import acting_by
from server.clock import to_wire
from server.errors import RefusedError
from server.http.params import ENTITY_ID, EntityId, Limit, Moment, OneLine, OptionalKey, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.journal.intents import intent_of
from server.protocol.codes import Code
from server.protocol.pushes import SurveyKind, SurveyState
from server.surveys.repository import Counts, Written
from server.surveys.rules import HOURS_AFTER_END, HOURS_AFTER_END_MAX, Survey, Wording, wording_of
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
    await entrant_of(show, request, by.identity)
    if by.role not in MEMBERS:
        raise RefusedError(Code.FORBIDDEN, "Only people of this channel may do this.")
    return by


class WordingRequest(RequestBody):
    """What is asked."""

    kind: SurveyKind = Field(
        description="A score from 0 to 10, one of `choices`, stars from 1 to 5, or a text."
    )
    question: str = Field(min_length=1, max_length=4 * 200)
    choices: list[Annotated[str, Field(min_length=1, max_length=4 * 80)]] = Field(
        default_factory=list, max_length=10, description="Of a choice: 2 to 10, all different."
    )
    why: bool = Field(default=False, description="Of a score: a reason may be written.")
    hours_after_end: int = Field(
        default=HOURS_AFTER_END,
        ge=1,
        le=HOURS_AFTER_END_MAX,
        description="How long after the show's end it is answered.",
    )


class SurveyRequest(WordingRequest):
    """A survey of a show."""

    product: EntityId | None = Field(
        default=None, description="Of stars: what they are about; null: the show."
    )
    at_end: bool = Field(
        default=False, description="It opens by itself when the show ends; one of a show may."
    )


class WordingBody(BaseModel):
    """What is asked."""

    kind: SurveyKind
    question: str
    choices: list[str]
    why: bool
    hours_after_end: int


class SurveyBody(WordingBody):
    """A survey of a show, with its answers so far; staff's are not among them."""

    id: str
    show: str
    product: str | None
    at_end: bool
    state: SurveyState
    opened_at: Moment | None
    closed_at: Moment | None
    closes_at: Moment | None = Field(description="Until when it is answered, after the show's end.")
    answers: int
    scores: dict[int, int] = Field(description="How many gave each score, or so many stars.")
    chosen: list[int] = Field(description="How many took each of the choices.")


class SurveyList(BaseModel):
    """The surveys of a show, the oldest first; `at_every_end` is what the channel asks where none is for the end."""

    surveys: list[SurveyBody]
    at_every_end: WordingBody | None


class DefaultBody(BaseModel):
    """What the channel asks at the end of each show; null: nothing."""

    asked: WordingBody | None


class WrittenBody(BaseModel):
    """What somebody wrote. `viewer` is their id for who runs shows; for others `author` alone tells answers apart."""

    author: str = Field(
        description="A pseudonym: the same for one person's answers of one survey, and for nothing else."
    )
    viewer: str | None
    score: int | None
    choice: int | None
    text: str
    at: Moment


class WrittenPage(BaseModel):
    """A page of what was written, the newest first."""

    answers: list[WrittenBody]
    next: int | None = Field(description="Send it as `offset` for the page after this one; null on the last.")


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
        responses=refusals(*sent),
    )
    add(
        "/channel/survey",
        remove_default,
        methods=["DELETE"],
        status_code=204,
        response_class=Response,
        summary="Ask nothing at the end of each show",
        responses=refusals(*known),
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
        surveys=[_as_body(each.survey, each.counts) for each in found], at_every_end=_as_wording(asked)
    )


async def prepare_survey(
    show: ShowId, body: SurveyRequest, by: Runner, request: Request, key: OptionalKey = None
) -> SurveyBody:
    """For hosts and admins, before and during the show. Nobody else sees it before it is opened."""
    intent = intent_of(by.id, key, "POST /v1/shows/surveys", by.channel_id, show, body.model_dump())
    survey = await _surveys(request).prepare(
        show, by.channel_id, acting_by(by), _wording(body, body.product), at_end=body.at_end, intent=intent
    )
    return _as_body(survey, Counts())


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
    answers = [_as_written(each, survey, named=named) for each in found[:limit]]
    return WrittenPage(answers=answers, next=offset + limit if len(found) > limit else None)


async def get_default(by: Reader, request: Request) -> DefaultBody:
    """For the channel's staff and analysts."""
    return DefaultBody(asked=_as_wording(await _surveys(request).default_of(by.channel_id)))


async def put_default(body: WordingRequest, by: Runner, request: Request) -> DefaultBody:
    """For hosts and admins. A show that has a survey of its own for the end asks that instead."""
    wording = _wording(body, None)
    await _surveys(request).set_default(by.channel_id, acting_by(by), wording)
    return DefaultBody(asked=_as_wording(wording))


async def remove_default(by: Runner, request: Request) -> None:
    """For hosts and admins."""
    await _surveys(request).set_default(by.channel_id, acting_by(by), None)


def _surveys(request: Request) -> Surveys:
    return cast("Surveys", request.app.state.surveys)


def _wording(body: WordingRequest, product: str | None) -> Wording:
    return wording_of(
        body.kind,
        body.question,
        choices=tuple(body.choices),
        why=body.why,
        product_id=product,
        hours_after_end=body.hours_after_end,
    )


def _as_wording(wording: Wording | None) -> WordingBody | None:
    if wording is None:
        return None
    return WordingBody(
        kind=wording.kind,
        question=wording.question,
        choices=list(wording.choices),
        why=wording.why,
        hours_after_end=wording.hours_after_end,
    )


def _as_body(survey: Survey, counts: Counts) -> SurveyBody:
    asked = _as_wording(survey.wording)
    assert asked is not None, "a survey asks something"
    moments = {name: getattr(survey, name) for name in ("opened_at", "closed_at", "closes_at")}
    return SurveyBody(
        **asked.model_dump(),
        id=survey.id,
        show=survey.show_id,
        product=survey.wording.product_id,
        at_end=survey.at_end,
        state=survey.state,
        **{name: None if at is None else to_wire(at) for name, at in moments.items()},
        answers=counts.answers,
        scores=dict(sorted(counts.scores.items())),
        chosen=[counts.choices[nth] for nth in range(len(survey.wording.choices))],
    )


def _as_written(written: Written, survey_id: str, *, named: bool) -> WrittenBody:
    pseudonym = sha256(f"{survey_id} {written.viewer_id}".encode()).hexdigest()[:8]
    return WrittenBody(
        author=pseudonym,
        viewer=written.viewer_id if named else None,
        score=written.score,
        choice=written.choice,
        text=written.words,
        at=to_wire(written.at),
    )
