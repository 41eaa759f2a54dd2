"""Questions as the HTTP API shows them: to everybody, and to staff."""

from pydantic import Field

from server.http.params import Face, Moment
from server.protocol.pushes import QuestionState
from server.protocol.screening_lines import HeldBy


def _is_none(value: object) -> bool:
    """Left out of the answer, as on the wire."""
    return value is None


def _is_unset(value: object) -> bool:
    """False, or an empty list: left out of the answer, as on the wire."""
    return not value


class AnswerBody(Face):
    """The host's answer."""

    text: str | None = Field(description="None when it was given live in the video.")
    live: bool
    at: Moment
    by: str | None = Field(
        default=None, exclude_if=_is_none, description="Who answered; absent of old answers."
    )
    role: str | None = Field(default=None, exclude_if=_is_none, description="The role of who answered.")
    private: bool = Field(
        default=False, exclude_if=_is_unset, description="For those alone who asked or voted."
    )
    show_ms: int | None = Field(
        default=None,
        exclude_if=_is_none,
        description="Where in the show an answer by voice begins, in milliseconds since the start.",
    )


class QuestionBody(Face):
    """A question as everybody may see it."""

    id: str
    text: str
    author: str
    state: QuestionState
    votes: int
    version: int = Field(description="Grows by 1 with each change of state.")
    asked_at: Moment
    answer: AnswerBody | None
    role: str | None = Field(
        default=None, exclude_if=_is_none, description="The author's role; absent for a viewer."
    )
    guest: int | None = Field(
        default=None, exclude_if=_is_none, description="The number of an author who chose no name."
    )
    product: str | None = Field(default=None, exclude_if=_is_none, description="What it is about.")
    anonymous: bool = Field(default=False, exclude_if=_is_unset, description="Its author wishes no name.")
    merged_into: str | None = Field(
        default=None, exclude_if=_is_none, description="Which question stands for this one."
    )
    comment: str | None = Field(
        default=None, exclude_if=_is_none, description="The comment that a moderator made it of."
    )


class HeldForBody(Face):
    """One reason why a question was held: by what, and which entry of a list, host or word of the reviewer's."""

    by: HeldBy
    what: str | None = Field(default=None, exclude_if=_is_none)


class FateBody(QuestionBody):
    """A question as its author may see it."""

    dismissed_reason: str | None = Field(
        default=None, exclude_if=_is_none, description="Why it was dismissed, as long as it is."
    )


class ClaimBody(Face):
    """Who works on a question."""

    viewer: str
    name: str
    until: Moment = Field(description="From then on nobody does.")


class StaffQuestionBody(QuestionBody):
    """A question as staff see it."""

    dismissed_reason: str | None
    moderated_by: str | None = Field(description="The name of who moved it last.")
    votes_apart: int = Field(
        description="Votes of guests who had not watched or came in a burst; not in `votes`."
    )
    claim: ClaimBody | None = Field(default=None, exclude_if=_is_none)
    before: QuestionState | None = Field(
        default=None, exclude_if=_is_none, description="The state that `question.undo` leads to."
    )
    labels: list[str] = Field(default=[], exclude_if=_is_unset)
    merged: int = Field(
        default=0, exclude_if=_is_unset, description="How many questions are merged into this one."
    )
    held: list[HeldForBody] = Field(
        default=[],
        exclude_if=_is_unset,
        description="Why it was held or shadowed, where anything else than the show's moderation did.",
    )


class ListedQuestionBody(StaffQuestionBody):
    """A question in a list for staff."""

    repeat_buyer: bool = Field(
        default=False,
        exclude_if=_is_unset,
        description="Asked by somebody with two paid orders of the channel or more; told by `order=repeat_buyers` alone.",
    )
