"""The ledger: facts, playing intervals, and the rollup that is derived from them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Index, Integer, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment
from server.ledger.entries import IS_OF_OLD_WRITER


class EntryRow(SQLModel, table=True):
    """One fact: `viewer` did `kind` (to `target`) `n` times. Soft facts are added up per viewer over one flush interval.

    `kind`: visit reaction impression click share order question vote survey_answer survey_shown poll_answer offer_shown offer_claimed
    consent_given consent_withdrawn; orders have `amount_minor` and
    `currency`, shares `via`.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index("ledger_entry_show_kind", "show_id", "kind"),
        Index(
            "ledger_entry_visit",
            "show_id",
            "viewer_id",
            "at",
            unique=True,
            postgresql_where=text("kind = 'visit'"),
        ),
        Index("ledger_entry_click", "show_id", "viewer_id", postgresql_where=text("kind = 'click'")),
    )

    id: int | None = Field(
        default=None, sa_column=Column("id", BigInteger, Identity(always=True), primary_key=True)
    )
    show_id: str
    viewer_id: str
    connection_id: str | None = None
    kind: str
    target: str | None = None
    n: int = 1
    amount_minor: int | None = Field(
        default=None, sa_column=Column("amount_minor", BigInteger, nullable=True)
    )
    currency: str | None = None
    source: str | None = None
    via: str | None = None
    at: datetime = moment("at", nullable=False)


class PlayingRow(SQLModel, table=True):
    """A stretch of time in which a connection's video played and was seen; open while `ended_at` is null.

    An open stretch counts until `ledger_process.alive_until` of its process, so a killed process ends it there.
    """

    __tablename__ = "playing"
    __table_args__ = (Index("playing_show_viewer", "show_id", "viewer_id"),)

    connection_id: str = Field(primary_key=True)
    started_at: datetime = Field(sa_column=Column("started_at", DateTime(timezone=True), primary_key=True))
    show_id: str
    viewer_id: str
    process_id: str = Field(index=True)
    ended_at: datetime | None = moment("ended_at")


class AttendanceRow(SQLModel, table=True):
    """That a viewer was in a show at all, and what is known of them there."""

    __tablename__ = "attendance"

    show_id: str = Field(primary_key=True)
    viewer_id: str = Field(primary_key=True, index=True)
    first_at: datetime = moment("first_at", nullable=False)
    guest: bool
    remembered: bool
    """A guest who did not agree to be recognised is left out of repeat figures."""
    suspect: bool = False
    source: str | None = None
    share: str | None = None
    """The id of the link that brought them, as they sent it: one that no `share` entry has means nothing."""
    consent_at: datetime | None = moment("consent_at")
    """Since when a guest has agreed, by the newest consent that they came with; null before version 2 of the definitions."""
    joined: bool = Field(
        default=True, sa_column=Column("joined", Boolean, nullable=False, server_default=text("true"))
    )
    """False of those who acted by HTTP alone: they were not there, and what is known of them is their token's."""
    device: str | None = None
    """`phone`, `tablet` or `desktop`, where it is known."""
    share_fault: str | None = None
    """Why a link that they came by was not believed: `not_ours`, `expired` or `same_device`."""


class StaffPresenceRow(SQLModel, table=True):
    """That somebody of the host's side, or an analyst, was in a show: whatever they do there is in no figure about the audience."""

    __tablename__ = "staff_presence"

    show_id: str = Field(primary_key=True)
    viewer_id: str = Field(primary_key=True)
    first_at: datetime = moment("first_at", nullable=False)


def _number(name: str, *, great: bool = False) -> Any:
    """Return a field for a number that is 0 where nothing is known, in rows of a server of the version before too."""
    kind = BigInteger() if great else Integer()
    return Field(default=0, sa_column=Column(name, kind, nullable=False, server_default="0"))


def _flag(name: str) -> Any:
    return Field(default=False, sa_column=Column(name, Boolean, nullable=False, server_default=text("false")))


class RollupRow(SQLModel, table=True):
    """The wide row: one viewer in one show, all that the figures ask about. Derived from facts alone; `showfloor rollup` rebuilds it.

    `viewer_id` is whose it is: a guest who turned out to be a known viewer has no row of their own. A member of V(s) has
    `views > 0 AND NOT suspect AND NOT staff`.
    """

    __tablename__ = "rollup"
    __table_args__ = (
        Index("rollup_suspect", "show_id", postgresql_where=text("suspect")),
        Index("rollup_share", "show_id", "share", postgresql_where=text("share IS NOT NULL")),
        Index("rollup_old_writer", "show_id", postgresql_where=text(IS_OF_OLD_WRITER.format("rollup"))),
    )

    show_id: str = Field(primary_key=True)
    viewer_id: str = Field(primary_key=True)
    visits: int = _number("visits")
    """Within the show, from its start to its end, as are `views` and `watched_us`."""
    reactions: int = _number("reactions")
    impressions: int = _number("impressions")
    clicks: int = _number("clicks")
    shares: int = _number("shares")
    questions: int = _number("questions")
    votes: int = _number("votes")
    survey_answers: int = _number("survey_answers")
    """How many surveys of the show they answered."""
    poll_answers: int = _number("poll_answers")
    """How many polls of the show they voted in."""
    comments_sent: int = _number("comments_sent")
    orders: int = _number("orders")
    units: int = _number("units")

    first_at: datetime | None = moment("first_at")
    """When they were first heard of; with `guest` null of those of whom nothing is known but what they did."""
    joined: bool = _flag("joined")
    guest: bool | None = None
    remembered: bool = _flag("remembered")
    consent_at: datetime | None = moment("consent_at")
    suspect: bool = _flag("suspect")
    staff: bool = _flag("staff")
    source: str | None = None
    share: str | None = None
    device: str | None = None
    """`phone`, `tablet` or `desktop`; null where nobody knows."""
    views: int = _number("views")
    """Visits in which 3 s or more played."""
    watched_us: int = _number("watched_us", great=True)
    """The union of what played in all tabs, in microseconds."""
    replay_views: int = _number("replay_views")
    replay_us: int = _number("replay_us", great=True)
    watched_from: datetime | None = moment("watched_from")
    watched_until: datetime | None = moment("watched_until")
    """The first and the last moment of watching within the show."""
    playing: bool = _flag("playing")
    """A stretch is still open: what is said of watching is of the stretches that have ended, and who reads adds the open one."""

    first_reaction_at: datetime | None = moment("first_reaction_at")
    first_impression_at: datetime | None = moment("first_impression_at")
    first_click_at: datetime | None = moment("first_click_at")
    first_share_at: datetime | None = moment("first_share_at")
    first_question_at: datetime | None = moment("first_question_at")
    first_vote_at: datetime | None = moment("first_vote_at")
    first_survey_answer_at: datetime | None = moment("first_survey_answer_at")
    first_poll_answer_at: datetime | None = moment("first_poll_answer_at")
    first_comment_at: datetime | None = moment("first_comment_at")
    first_order_at: datetime | None = moment("first_order_at")

    currency: str | None = None
    """The channel's; null as long as nothing was sold in it."""
    paid_minor: int = _number("paid_minor", great=True)
    refunded_minor: int = _number("refunded_minor", great=True)
    segment: str | None = None
    """What they were then; kept by who knows segments, and left alone when the row is derived anew."""
    hard_facts: int = _number("hard_facts", great=True)
    """A sum over questions, votes, orders and units: where it is not theirs, a server of the version before has written the row."""


class RollupShowRow(SQLModel, table=True):
    """How far the rollups of a show from before the wide row have been derived; `kept`: all of them are what the facts come to."""

    __tablename__ = "rollup_show"

    show_id: str = Field(primary_key=True)
    derived_to: str | None = None
    """The last viewer of the last step."""
    kept: bool = _flag("kept")


class RollupDueRow(SQLModel, table=True):
    """That a viewer's row in a show must be derived anew: who they are, or what they paid, has changed."""

    __tablename__ = "rollup_due"

    show_id: str = Field(primary_key=True)
    viewer_id: str = Field(primary_key=True)


class LedgerCursorRow(SQLModel, table=True):
    """How far the stream has been read: written in the same transaction as what was read, so that each entry counts once."""

    __tablename__ = "ledger_cursor"

    stream: str = Field(primary_key=True)
    last_id: str
    read_until: datetime | None = moment("read_until")
    """When the stream's end was last reached: nothing that was in the stream by then is still to be counted."""


class LedgerProcessRow(SQLModel, table=True):
    """A server process as the ledger knows it: its last flush, so that a repeated one is ignored, and until when it was alive."""

    __tablename__ = "ledger_process"

    process_id: str = Field(primary_key=True)
    last_flush: int = Field(sa_column=Column("last_flush", BigInteger, nullable=False))
    alive_until: datetime = moment("alive_until", nullable=False)
    ended: bool = False
    kept_flush: int | None = Field(default=None, sa_column=Column("kept_flush", BigInteger, nullable=True))
    """The last flush that was counted by a worker that keeps the wide row; a worker of the version before leaves it behind."""


class LedgerProcessShowRow(SQLModel, table=True):
    """That a process had viewers of a show, so that a report can tell whether all that had have flushed."""

    __tablename__ = "ledger_process_show"

    show_id: str = Field(primary_key=True)
    process_id: str = Field(primary_key=True)
