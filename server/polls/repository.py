"""All SQL of polls and the votes in them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.polls.rules import TOLD_EVERY, Ballot, Poll, Tally, Wording
from server.polls.tables import PollRow
from server.protocol.codec import encode

_POLL = PollRow.__table__  # type: ignore[attr-defined]
_MOVED: Final = ("state", "version", "shown", "opened_at", "closes_at", "closed_at", "ended")
# Of one person's votes as a guest and as themselves the first is theirs.
_BALLOTS = text("""
    SELECT given.poll_id, person.id AS person, given.viewer_id AS given, v.viewer_id, v.choices, v.apart
    FROM unnest(CAST(:polls AS text[]), CAST(:viewers AS text[])) AS given (poll_id, viewer_id)
    LEFT JOIN viewer_alias AS k ON k.show_id = :show AND k.raw = given.viewer_id AND k.taken_back_at IS NULL
    CROSS JOIN LATERAL (SELECT coalesce(k.canonical, given.viewer_id) AS id) AS person
    LEFT JOIN LATERAL (
        SELECT viewer_id, choices, apart FROM poll_vote
        WHERE poll_id = given.poll_id AND viewer_id = ANY(array_append(ARRAY(
            SELECT raw FROM viewer_alias WHERE show_id = :show AND canonical = person.id AND taken_back_at IS NULL), person.id))
        ORDER BY at, viewer_id LIMIT 1) AS v ON true
""")
_KEEP = text("""
    INSERT INTO poll_vote (poll_id, viewer_id, show_id, choices, apart, at, changed_at)
    SELECT poll_id, viewer_id, :show, choices, apart, :now, :now
    FROM json_to_recordset(CAST(:rows AS json)) AS v (poll_id text, viewer_id text, choices int[], apart boolean)
    ON CONFLICT (poll_id, viewer_id) DO UPDATE SET
        choices = excluded.choices, apart = excluded.apart, changed_at = excluded.changed_at
""")
_DUE = text("""
    SELECT p.show_id FROM poll AS p JOIN show AS s ON s.id = p.show_id
    WHERE p.state = 'open'
      AND (p.closes_at <= :now OR (p.untold AND (p.told_at IS NULL OR p.told_at <= :before)) OR s.state NOT IN ('live', 'rehearsal'))
    ORDER BY p.show_id
""")
_OWN = text("""
    SELECT DISTINCT ON (v.poll_id) v.poll_id, v.choices,
           CASE WHEN p.state = 'closed' AND p.right_choice IS NOT NULL THEN v.choices = ARRAY[p.right_choice] END AS was_right
    FROM poll_vote AS v JOIN poll AS p ON p.id = v.poll_id
    WHERE v.show_id = :show AND v.viewer_id = ANY(CAST(:viewers AS text[])) ORDER BY v.poll_id, v.at, v.viewer_id
""")
_VOTES = text("""
    SELECT v.poll_id, v.viewer_id, v.choices, v.apart, v.at, v.changed_at
    FROM poll_vote AS v WHERE v.show_id = :show ORDER BY v.poll_id, v.at, v.viewer_id
""")
_RESET = (
    text("DELETE FROM poll_vote WHERE show_id = :show"),
    text("""
        UPDATE poll SET state = 'ready', shown = false, untold = false, opened_at = NULL, closes_at = NULL, closed_at = NULL,
            ended = NULL, told_at = NULL, voters = 0, apart = 0, told_voters = 0, told_apart = 0,
            counts = array_fill(0, ARRAY[cardinality(choices)]), told_counts = array_fill(0, ARRAY[cardinality(choices)]),
            version = version + 1
        WHERE show_id = :show AND state <> 'ready'
    """),
)


@dataclass(frozen=True, slots=True)
class Own:
    """What somebody voted; `right`: of a closed quiz, whether they were right."""

    poll_id: str
    choices: tuple[int, ...]
    right: bool | None


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote as it is kept; `at` is the moment of the first, `changed_at` of the newest."""

    poll_id: str
    viewer_id: str
    choices: tuple[int, ...]
    apart: bool
    at: datetime
    changed_at: datetime


async def read_polls(connection: AsyncConnection, show_id: str) -> list[Poll]:
    """Return all polls of the show, the oldest first."""
    wanted = select(_POLL).where(_POLL.c.show_id == show_id).order_by(_POLL.c.id)
    return [_as_poll(row) for row in await connection.execute(wanted)]


async def read_some(connection: AsyncConnection, show_id: str, ids: Collection[str]) -> dict[str, Poll]:
    """Return those of the polls that the show has, by id."""
    wanted = select(_POLL).where(_POLL.c.show_id == show_id, _POLL.c.id.in_(sorted(ids)))
    return {row.id: _as_poll(row) for row in await connection.execute(wanted)}


async def read_shown(connection: AsyncConnection, show_id: str) -> Poll | None:
    """Return the poll that is open, or whose result is shown."""
    row = (
        await connection.execute(select(_POLL).where(_POLL.c.show_id == show_id, _POLL.c.shown))
    ).one_or_none()
    return None if row is None else _as_poll(row)


async def read_poll(connection: AsyncConnection, poll_id: str) -> Poll | None:
    """Return a poll; None when there is none."""
    row = (await connection.execute(select(_POLL).where(_POLL.c.id == poll_id))).one_or_none()
    return None if row is None else _as_poll(row)


async def read_due(connection: AsyncConnection, now: datetime) -> list[str]:
    """Return the shows with an open poll whose time, or show, is over, or whose counts are to be published."""
    return list(await connection.scalars(_DUE, {"now": now, "before": now - TOLD_EVERY}))


async def insert_poll(connection: AsyncConnection, poll: Poll) -> None:
    """Write a poll that was prepared."""
    await connection.execute(
        insert(_POLL).values(
            id=poll.id,
            channel_id=poll.channel_id,
            show_id=poll.show_id,
            created_at=poll.created_at,
            **_wording(poll.wording),
            **_standing(poll),
        )
    )


async def update_poll(connection: AsyncConnection, poll: Poll, *, reworded: bool = False) -> None:
    """Write how a poll stands; `reworded`: and what it asks."""
    values = _standing(poll) | (_wording(poll.wording) if reworded else {})
    await connection.execute(update(_POLL).where(_POLL.c.id == poll.id).values(values))


async def delete_ready(connection: AsyncConnection, poll_id: str) -> bool:
    """Delete a poll that was never open; False when there is no such one."""
    gone = delete(_POLL).where(_POLL.c.id == poll_id, _POLL.c.state == "ready")
    return (await connection.execute(gone)).rowcount > 0


async def read_ballots(
    connection: AsyncConnection, show_id: str, wanted: Sequence[tuple[str, str]]
) -> tuple[dict[str, str], dict[tuple[str, str], Ballot]]:
    """Return who the viewers of (poll, viewer) are, and what they have voted already, by poll and person."""
    given = {
        "show": show_id,
        "polls": [poll for poll, _ in wanted],
        "viewers": [viewer for _, viewer in wanted],
    }
    persons: dict[str, str] = {}
    known: dict[tuple[str, str], Ballot] = {}
    for row in await connection.execute(_BALLOTS, given):
        persons[row.given] = row.person
        if row.viewer_id is not None:
            known[row.poll_id, row.person] = Ballot(row.viewer_id, tuple(row.choices), row.apart)
    return persons, known


async def keep_ballots(
    connection: AsyncConnection, show_id: str, cast: Iterable[dict[str, Any]], now: datetime
) -> None:
    """Write ballots: rows of `poll_id`, `viewer_id`, `choices` and `apart`."""
    await connection.execute(_KEEP, {"show": show_id, "now": now, "rows": encode(list(cast)).decode()})


async def read_own(connection: AsyncConnection, show_id: str, viewers: Sequence[str]) -> list[Own]:
    """Return what a person, by any of these ids, has voted in the show."""
    rows = await connection.execute(_OWN, {"show": show_id, "viewers": list(viewers)})
    return [Own(row.poll_id, tuple(row.choices), row.was_right) for row in rows]


async def read_votes(connection: AsyncConnection, show_id: str) -> list[Vote]:
    """Return every vote in the show's polls, by poll and in order: what an export is made of."""
    rows = await connection.execute(_VOTES, {"show": show_id})
    return [
        Vote(row.poll_id, row.viewer_id, tuple(row.choices), row.apart, row.at, row.changed_at)
        for row in rows
    ]


async def reset_polls(connection: AsyncConnection, show_id: str) -> None:
    """Forget all votes, and have every poll as it was prepared."""
    for statement in _RESET:
        await connection.execute(statement, {"show": show_id})


def _wording(wording: Wording) -> dict[str, Any]:
    return {
        "kind": wording.kind,
        "question": wording.question,
        "choices": list(wording.choices),
        "picks_min": wording.picks_min,
        "picks_max": wording.picks_max,
        "right_choice": wording.right,
        "results": wording.results,
        "changeable": wording.changeable,
        "seconds": wording.seconds,
    }


def _standing(poll: Poll) -> dict[str, Any]:
    return {
        **{name: getattr(poll, name) for name in (*_MOVED, "untold", "told_at")},
        "counts": list(poll.tally.counts),
        "voters": poll.tally.voters,
        "apart": poll.tally.apart,
        "told_counts": list(poll.told.counts),
        "told_voters": poll.told.voters,
        "told_apart": poll.told.apart,
    }


def _as_poll(row: Row[Any]) -> Poll:
    names = ("id", "channel_id", "show_id", "created_at", "untold", "told_at", *_MOVED)
    return Poll(
        wording=Wording(
            row.kind,
            row.question,
            tuple(row.choices),
            row.picks_min,
            row.picks_max,
            row.right_choice,
            row.results,
            row.changeable,
            row.seconds,
        ),
        tally=Tally(tuple(row.counts), row.voters, row.apart),
        told=Tally(tuple(row.told_counts), row.told_voters, row.told_apart),
        **{name: getattr(row, name) for name in names},
    )
