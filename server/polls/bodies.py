"""Polls as the API shows and takes them."""

from typing import Annotated

from pydantic import BaseModel, Field

from server.clock import to_wire
from server.http.params import Moment, RequestBody
from server.polls.repository import Own
from server.polls.rules import CHOICES_MAX, SECONDS_MAX, SECONDS_MIN, Poll, Wording, wording_of
from server.protocol.polled import PollEnd, PollKind, PollResults, PollState


class PollRequest(RequestBody):
    """A poll of a show."""

    kind: PollKind = Field(description="One choice, several, or one of which one is right.")
    question: str = Field(min_length=1, max_length=4 * 200)
    choices: list[Annotated[str, Field(min_length=1, max_length=4 * 80)]] = Field(
        min_length=2, max_length=CHOICES_MAX, description="2 to 10, all different."
    )
    min: int = Field(default=1, ge=1, le=CHOICES_MAX, description="Of several: how many are taken at least.")
    max: int | None = Field(
        default=None, ge=1, le=CHOICES_MAX, description="Of several: how many at most; null: all of them."
    )
    right: int | None = Field(
        default=None, ge=0, lt=CHOICES_MAX, description="Of a quiz: which choice is right, from 0."
    )
    results: PollResults = Field(
        default="voted",
        description="Who reads the counts while it is open: everybody, whoever has voted, or staff alone.",
    )
    changeable: bool = Field(default=False, description="A vote may be changed until the poll is closed.")
    seconds: int | None = Field(
        default=None,
        ge=SECONDS_MIN,
        le=SECONDS_MAX,
        description="How long it is open; null: until it is closed.",
    )


class PollBody(BaseModel):
    """A poll of a show, with its exact counts; staff's votes and those of guests in doubt are `apart`."""

    id: str
    show: str
    kind: PollKind
    question: str
    choices: list[str]
    min: int
    max: int
    right: int | None
    results: PollResults
    changeable: bool
    seconds: int | None
    state: PollState
    version: int = Field(description="Of what it asks and how far it is; `If-Match` takes it, in quotes.")
    shown: bool = Field(description="It is open, or its result is before everybody's eyes.")
    opened_at: Moment | None
    closes_at: Moment | None
    closed_at: Moment | None
    ended: PollEnd | None
    voters: int
    counts: list[int] = Field(description="How many took each of the choices.")
    apart: int


class PollList(BaseModel):
    """The polls of a show, the oldest first."""

    polls: list[PollBody]


class OwnVoteBody(BaseModel):
    """What the viewer voted in a poll."""

    poll: str
    choices: list[int]
    right: bool | None = Field(
        description="Of a quiz that is closed: whether they were right; null of others."
    )


def wanted(body: PollRequest) -> Wording:
    """Return what is to be asked, clean; raises `invalid`."""
    return wording_of(
        body.kind,
        body.question,
        body.choices,
        picks_min=body.min,
        picks_max=body.max,
        right=body.right,
        results=body.results,
        changeable=body.changeable,
        seconds=body.seconds,
    )


def as_body(poll: Poll) -> PollBody:
    """Return a poll as the API shows it to staff."""
    wording, tally = poll.wording, poll.tally
    moments = {name: getattr(poll, name) for name in ("opened_at", "closes_at", "closed_at")}
    return PollBody(
        id=poll.id,
        show=poll.show_id,
        kind=wording.kind,
        question=wording.question,
        choices=list(wording.choices),
        min=wording.picks_min,
        max=wording.picks_max,
        right=wording.right,
        results=wording.results,
        changeable=wording.changeable,
        seconds=wording.seconds,
        state=poll.state,
        version=poll.version,
        shown=poll.shown,
        ended=poll.ended,
        voters=tally.voters,
        counts=list(tally.counts),
        apart=tally.apart,
        **{name: None if at is None else to_wire(at) for name, at in moments.items()},
    )


def as_own_vote(own: Own) -> OwnVoteBody:
    """Return what somebody voted as the API shows it to them."""
    return OwnVoteBody(poll=own.poll_id, choices=list(own.choices), right=own.right)
