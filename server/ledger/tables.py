"""The ledger: facts, playing intervals, and the rollup that is derived from them."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Index, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class EntryRow(SQLModel, table=True):
    """One fact: `viewer` did `kind` (to `target`) `n` times. Soft facts are added up per viewer over one flush interval.

    `kind`: visit reaction impression click share order question vote consent_given consent_withdrawn; orders have `amount_minor` and
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


class StaffPresenceRow(SQLModel, table=True):
    """That somebody of the host's side, or an analyst, was in a show: whatever they do there is in no figure about the audience."""

    __tablename__ = "staff_presence"

    show_id: str = Field(primary_key=True)
    viewer_id: str = Field(primary_key=True)
    first_at: datetime = moment("first_at", nullable=False)


class RollupRow(SQLModel, table=True):
    """Per viewer and show, derived from entries alone; `showfloor` can rebuild it at any time."""

    __tablename__ = "rollup"

    show_id: str = Field(primary_key=True)
    viewer_id: str = Field(primary_key=True)
    visits: int = 0
    reactions: int = 0
    impressions: int = 0
    clicks: int = 0
    shares: int = 0
    questions: int = 0
    votes: int = 0
    orders: int = 0
    units: int = 0


class LedgerCursorRow(SQLModel, table=True):
    """How far the stream has been read: written in the same transaction as what was read, so that each entry counts once."""

    __tablename__ = "ledger_cursor"

    stream: str = Field(primary_key=True)
    last_id: str
    read_until: datetime | None = moment("read_until")
    """When the stream's end was last reached: nothing that was in the stream by then is still to be counted."""


class LedgerProcessRow(SQLModel, table=True):
    """A server process as the ledger knows it: its last flush (so that a repeated one is ignored) and until when it was alive."""

    __tablename__ = "ledger_process"

    process_id: str = Field(primary_key=True)
    last_flush: int = Field(sa_column=Column("last_flush", BigInteger, nullable=False))
    alive_until: datetime = moment("alive_until", nullable=False)
    ended: bool = False


class LedgerProcessShowRow(SQLModel, table=True):
    """That a process had viewers of a show, so that a report can tell whether all that had have flushed."""

    __tablename__ = "ledger_process_show"

    show_id: str = Field(primary_key=True)
    process_id: str = Field(primary_key=True)
