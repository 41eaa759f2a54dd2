"""Surveys as the API shows and takes them."""

from hashlib import sha256
from typing import Annotated

from pydantic import BaseModel, Field

from server.clock import to_wire
from server.http.params import EntityId, Moment, RequestBody
from server.protocol.pushes import SurveyKind, SurveyState
from server.surveys.repository import Counts, Written
from server.surveys.rules import HOURS_AFTER_END, HOURS_AFTER_END_MAX, Survey, Wording, wording_of


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
    version: int = Field(description="Of what it asks and how far it is; `If-Match` takes it, in quotes.")
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


def wanted(body: WordingRequest, product: str | None) -> Wording:
    """Return what is to be asked, clean; raises `invalid`."""
    return wording_of(
        body.kind,
        body.question,
        choices=tuple(body.choices),
        why=body.why,
        product_id=product,
        hours_after_end=body.hours_after_end,
    )


def as_wording(wording: Wording | None) -> WordingBody | None:
    """Return what is asked as the API shows it."""
    if wording is None:
        return None
    return WordingBody(
        kind=wording.kind,
        question=wording.question,
        choices=list(wording.choices),
        why=wording.why,
        hours_after_end=wording.hours_after_end,
    )


def as_body(survey: Survey, counts: Counts) -> SurveyBody:
    """Return a survey as the API shows it."""
    asked = as_wording(survey.wording)
    assert asked is not None, "a survey asks something"
    moments = {name: getattr(survey, name) for name in ("opened_at", "closed_at", "closes_at")}
    return SurveyBody(
        **asked.model_dump(),
        id=survey.id,
        show=survey.show_id,
        product=survey.wording.product_id,
        at_end=survey.at_end,
        state=survey.state,
        version=survey.version,
        **{name: None if at is None else to_wire(at) for name, at in moments.items()},
        answers=counts.answers,
        scores=dict(sorted(counts.scores.items())),
        chosen=[counts.choices[nth] for nth in range(len(survey.wording.choices))],
    )


def as_written(written: Written, survey_id: str, *, named: bool) -> WrittenBody:
    """Return what somebody wrote; with their id where it may be `named`."""
    pseudonym = sha256(f"{survey_id} {written.viewer_id}".encode()).hexdigest()[:8]
    return WrittenBody(
        author=pseudonym,
        viewer=written.viewer_id if named else None,
        score=written.score,
        choice=written.choice,
        text=written.words,
        at=to_wire(written.at),
    )
