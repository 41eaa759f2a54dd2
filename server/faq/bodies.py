"""FAQ lines as the API shows and takes them."""

from typing import Annotated

from pydantic import BaseModel, Field

from server.clock import to_wire
from server.faq.rules import ANSWER_CHARACTERS_MAX, QUESTION_CHARACTERS_MAX, FaqLine
from server.faq.service import Edit
from server.http.params import EntityId, Moment, RequestBody

# Code points before cleaning, which may take some away.
Question = Annotated[str, Field(min_length=1, max_length=4 * QUESTION_CHARACTERS_MAX)]
Answer = Annotated[str, Field(min_length=1, max_length=4 * ANSWER_CHARACTERS_MAX)]


class LineRequest(RequestBody):
    """A line in staff's own words."""

    question: Question
    answer: Answer
    shown: bool = Field(default=True, description="Whether viewers see it.")


class LineChange(RequestBody):
    """What is to be another; what is left out stays."""

    question: Question | None = None
    answer: Answer | None = None
    shown: bool | None = None


class LikeRequest(RequestBody):
    """What somebody is about to ask."""

    text: Question
    product: EntityId | None = Field(
        default=None, description="Only of this product, or of the one that this variant is of."
    )
    limit: Annotated[int, Field(ge=1, le=10)] = 3


class FaqLineBody(BaseModel):
    """A question about a product, and its answer."""

    id: str
    product: str
    question: str
    answer: str
    source: str | None = Field(
        description="The question in a show that it came from, where it came from one."
    )
    at: Moment = Field(description="When it was answered, or written.")


class StaffFaqLineBody(FaqLineBody):
    """The same as staff see it."""

    shown: bool
    show: str | None = Field(description="The show in which it was asked.")
    edited: bool = Field(description="Staff have written some of it: no answer in a show replaces it.")
    version: int
    changed_at: Moment
    changed_by: str | None


class FaqBody(BaseModel):
    """What viewers read of a product, the newest first."""

    lines: list[FaqLineBody]


class StaffFaqBody(BaseModel):
    """All lines of a product, the oldest first."""

    lines: list[StaffFaqLineBody]
    helped: dict[str, int] = Field(
        description="For each line by its id: so many viewers were about to ask it, and said that it answers them."
    )


class LikeLine(BaseModel):
    """A line that is like the text."""

    likeness: Annotated[
        int, Field(ge=68, le=100, description="100: the same but for case, width, kana and punctuation.")
    ]
    line: FaqLineBody


class LikeBody(BaseModel):
    """The likest first."""

    lines: list[LikeLine]


def as_edit(body: LineRequest | LineChange) -> Edit:
    """Return what is wanted of a line."""
    return Edit(body.question, body.answer, body.shown)


def as_line(line: FaqLine) -> FaqLineBody:
    """Return a line as viewers read it."""
    return FaqLineBody.model_validate(_public(line))


def as_staff_line(line: FaqLine) -> StaffFaqLineBody:
    """Return a line as staff read it."""
    return StaffFaqLineBody.model_validate(
        {
            **_public(line),
            "shown": line.shown,
            "show": line.asked_in,
            "edited": line.edited,
            "version": line.version,
            "changed_at": to_wire(line.changed_at),
            "changed_by": line.changed_by,
        }
    )


def _public(line: FaqLine) -> dict[str, object]:
    return {
        "id": line.id,
        "product": line.product_id,
        "question": line.question,
        "answer": line.answer,
        "source": line.source,
        "at": to_wire(line.changed_at),
    }
