"""Shows."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class ShowRow(SQLModel, table=True):
    """One live session of selling. Its journal's head is in `journal_head`, under the same id."""

    __tablename__ = "show"

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id", index=True)
    title: str
    host: str
    state: str = Field(default="scheduled")
    moderation: str = Field(default="post")
    guests_allowed: bool = Field(default=True)
    video_hls: str = Field(default="")
    video_mp4: str = Field(default="")
    video_poster: str = Field(default="")
    pinned_product: str | None = None
    pinned_question: str | None = None
    announcement: dict[str, Any] | None = Field(
        default=None, sa_column=Column("announcement", JSONB, nullable=True)
    )
    created_at: datetime = moment("created_at", nullable=False)
    starts_at: datetime | None = moment("starts_at")
    started_at: datetime | None = moment("started_at")
    ended_at: datetime | None = moment("ended_at")
    bots_looked_for: bool = Field(
        default=True,
        sa_column=Column("bots_looked_for", Boolean, nullable=False, server_default=text("true")),
    )
    """Whether the server that started it tells suspected bots; where not, nobody can say that there were none."""
    description: str = Field(default="", sa_column_kwargs={"server_default": ""})
    planned_minutes: int | None = Field(default=None, sa_type=BigInteger)
    cover: str = Field(default="", sa_column_kwargs={"server_default": ""})
    cover_alt: str = Field(default="", sa_column_kwargs={"server_default": ""})
    picture_sync: str = Field(default="off", sa_column_kwargs={"server_default": "off"})
    picture_delay_ms: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    slow_seconds: int | None = Field(default=None, sa_type=BigInteger)
    """Seconds between two texts of a viewer; None: as the channel's settings say."""
    version: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": "1"})
    archived_at: datetime | None = moment("archived_at")
    put_aside: dict[str, Any] | None = Field(
        default=None, sa_column=Column("put_aside", JSONB, nullable=True)
    )
    """What was in the show when its rehearsal began, to be put back when that is over."""
    hand_over: dict[str, Any] | None = Field(
        default=None, sa_column=Column("hand_over", JSONB, nullable=True)
    )
    """To which show the audience is handed over, as `HandOver` has it."""
    recording: dict[str, Any] | None = Field(
        default=None, sa_column=Column("recording", JSONB, nullable=True)
    )
    """What was recorded of an ended show, as `Recording` has it."""
    joint: dict[str, Any] | None = Field(default=None, sa_column=Column("joint", JSONB, nullable=True))
    """With which shows it is held as one, as `Joint` has it; the joint shows' own table says so first."""
    comments: str = Field(default="on", sa_column_kwargs={"server_default": "on"})
    """Who may comment: `on`, `off`, or `known` viewers alone."""


class LineUpRow(SQLModel, table=True):
    """A product in a show's line-up; `price_minor` is its price there, None the product's own."""

    __tablename__ = "line_up"

    show_id: str = Field(primary_key=True, foreign_key="show.id")
    product_id: str = Field(primary_key=True, foreign_key="product.id")
    rank: int = Field(sa_type=BigInteger)
    price_minor: int | None = Field(default=None, sa_type=BigInteger)


class ShowStaffRow(SQLModel, table=True):
    """Somebody who is meant to host or moderate a show; what they may do comes from their role in the channel."""

    __tablename__ = "show_staff"

    show_id: str = Field(primary_key=True, foreign_key="show.id")
    person_id: str = Field(primary_key=True)
    part: str
    """`host` or `moderator`."""


class WelcomeRow(SQLModel, table=True):
    """Whose hand-over of an audience a channel takes; a channel without a row takes nobody's but its own."""

    __tablename__ = "welcome"
    __table_args__ = (CheckConstraint("whose IN ('nobody', 'named', 'everybody')", name="welcome_whose"),)

    channel_id: str = Field(primary_key=True, foreign_key="channel.id")
    whose: str = "nobody"
    channels: list[str] = Field(
        default_factory=list,
        sa_column=Column("channels", ARRAY(String), nullable=False, server_default="{}"),
    )
    """Those that are named."""
    version: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": "1"})


class ArrivalRow(SQLModel, table=True):
    """The audience of the show `from_show_id` is handed over to `show_id`, as that one was called and hosted then, in which channel."""

    __tablename__ = "arrival"
    __table_args__ = (Index("arrival_from", "from_show_id", postgresql_where=text("NOT told")),)

    show_id: str = Field(primary_key=True, foreign_key="show.id")
    from_show_id: str = Field(primary_key=True)
    title: str
    host: str
    channel: str
    """Its name."""
    viewers: int | None = Field(default=None, sa_type=BigInteger)
    """So many watched it, about; null: nobody counted them."""
    at: datetime = moment("at", nullable=False)
    told: bool = False
    """Whether the staff of `show_id` know how it stands."""
    gone: bool = False
    """It was taken back, or is handed over to another show."""


class DeclinedArrivalRow(SQLModel, table=True):
    """The staff of `show_id` do not take the audience of the show `from_show_id`."""

    __tablename__ = "declined_arrival"

    show_id: str = Field(primary_key=True, foreign_key="show.id")
    from_show_id: str = Field(primary_key=True, foreign_key="show.id")
    at: datetime = moment("at", nullable=False)
