"""Lines of products' FAQs."""

from datetime import datetime

from sqlalchemy import Column, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, Index, SQLModel

from server.db.columns import moment


class FaqLineRow(SQLModel, table=True):
    """A question and its answer. `asked_in` and `source` name the show and the question that it came from, where it came from one.

    `earlier`: the questions from which it came before, the last one last.
    """

    __tablename__ = "faq_line"
    __table_args__ = (
        Index("faq_line_product", "product_id", "id"),
        Index("faq_line_source", "source", unique=True),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id", index=True)
    product_id: str = Field(foreign_key="product.id")
    question: str
    answer: str
    shown: bool
    source: str | None = None
    asked_in: str | None = None
    edited: bool = False
    reworded: bool = False
    version: int
    at: datetime = moment("at", nullable=False)
    changed_at: datetime = moment("changed_at", nullable=False)
    changed_by: str | None = None
    earlier: list[str] = Field(
        default_factory=list, sa_column=Column("earlier", ARRAY(String), nullable=False, server_default="{}")
    )


class FaqHelpRow(SQLModel, table=True):
    """A viewer whom a line told what they were about to ask, in their words: they did not ask it. `show_id` is where."""

    __tablename__ = "faq_help"
    __table_args__ = (Index("faq_help_viewer", "viewer_id"),)

    line_id: str = Field(primary_key=True, foreign_key="faq_line.id", ondelete="CASCADE")
    viewer_id: str = Field(primary_key=True)
    show_id: str = Field(foreign_key="show.id")
    at: datetime = moment("at", nullable=False)
