"""Surveys, their answers, what a channel asks at the end of each show, and reviews of products."""

from datetime import datetime

from sqlalchemy import Column, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class SurveyRow(SQLModel, table=True):
    """One question put to everybody in a show. At most one of a show is open at a time.

    `closes_at`: until when it is answered, of one that is open after the show's end.
    """

    __tablename__ = "survey"
    __table_args__ = (
        Index("survey_show", "show_id", "id"),
        Index("survey_open", "show_id", unique=True, postgresql_where=text("state = 'open'")),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    show_id: str = Field(foreign_key="show.id")
    kind: str
    question: str
    choices: list[str] = Field(sa_column=Column("choices", ARRAY(String), nullable=False))
    why: bool
    product_id: str | None = None
    at_end: bool
    hours_after_end: int
    state: str
    version: int
    created_at: datetime = moment("created_at", nullable=False)
    opened_at: datetime | None = moment("opened_at")
    closed_at: datetime | None = moment("closed_at")
    closes_at: datetime | None = moment("closes_at")


class SurveyDefaultRow(SQLModel, table=True):
    """What a channel asks at the end of every show that has no survey of its own for it."""

    __tablename__ = "survey_default"

    channel_id: str = Field(primary_key=True, foreign_key="channel.id")
    kind: str
    question: str
    choices: list[str] = Field(sa_column=Column("choices", ARRAY(String), nullable=False))
    why: bool
    hours_after_end: int


class SurveyAnswerRow(SQLModel, table=True):
    """One viewer's answer: `score` of a score or stars, `choice` from 0, `words` of a text or a reason. `at` is that of the first."""

    __tablename__ = "survey_answer"
    __table_args__ = (Index("survey_answer_show", "show_id", "viewer_id"),)

    survey_id: str = Field(primary_key=True, foreign_key="survey.id")
    viewer_id: str = Field(primary_key=True)
    show_id: str
    score: int | None = None
    choice: int | None = None
    words: str | None = None
    at: datetime = moment("at", nullable=False)
    changed_at: datetime = moment("changed_at", nullable=False)


class ReviewRow(SQLModel, table=True):
    """What a viewer says of a product. `author` is the name that they chose; null: a viewer. `bought`: in a show of the channel."""

    __tablename__ = "review"
    __table_args__ = (
        Index("review_author", "product_id", "viewer_id", unique=True),
        Index("review_queue", "channel_id", "state", "id"),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    product_id: str = Field(foreign_key="product.id")
    show_id: str
    viewer_id: str = Field(index=True)
    stars: int
    words: str
    author: str | None = None
    bought: bool
    state: str
    version: int
    at: datetime = moment("at", nullable=False)
    moderated_at: datetime | None = moment("moderated_at")
    moderated_by: str | None = None
    reason: str | None = None
