"""Targets and actions. They name no viewers; who owns an action is one of the channel's people."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Double, Index
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class ShowPlanRow(SQLModel, table=True):
    """That a show has, or had, targets; `version` is one more with each change of them."""

    __tablename__ = "show_plan"

    show_id: str = Field(primary_key=True)
    version: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": "1"})
    changed_at: datetime = moment("changed_at", nullable=False)


class TargetRow(SQLModel, table=True):
    """What a show is to come to in one metric. `currency` is the channel's for what is told by currency, else empty."""

    __tablename__ = "target"

    show_id: str = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    currency: str = ""
    direction: str
    """`at_least` or `at_most`."""
    amount: float = Field(sa_type=Double)
    """A share from 0 to 1, seconds, a count, or minor units."""
    set_at: datetime = moment("set_at", nullable=False)
    """Since when it is this amount in this direction."""
    after_start: bool
    """Whether the show had begun by then."""


class ActionRow(SQLModel, table=True):
    """The next thing to do, written down in a show, or beside all, and carried on until it is done or dropped."""

    __tablename__ = "show_action"
    __table_args__ = (Index("show_action_of_channel", "channel_id", "id"),)

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    show_id: str | None = None
    text: str
    owner: str | None = None
    """The id of a person of the channel, who may have left it since."""
    due_on: date | None = Field(default=None, sa_type=Date)
    """By which day of the channel's time zone; null: by the next show."""
    state: str = Field(default="open")
    """`open`, `done` or `dropped`."""
    created_at: datetime = moment("created_at", nullable=False)
    changed_at: datetime = moment("changed_at", nullable=False)
    closed_at: datetime | None = moment("closed_at")
    """Since when it is done or dropped."""
    version: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": "1"})
