"""All SQL of surveys and their answers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from msgspec import UNSET, UnsetType
from sqlalchemy import Row, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import to_wire
from server.protocol import pushes
from server.surveys.rules import Survey, Wording
from server.surveys.tables import SurveyDefaultRow, SurveyRow

_SURVEY = SurveyRow.__table__  # type: ignore[attr-defined]
_LOCK_DEFAULT = text("SELECT pg_advisory_xact_lock(hashtextextended('survey default ' || :channel, 0))")
_DEFAULT = SurveyDefaultRow.__table__  # type: ignore[attr-defined]
_WORDING = ("kind", "question", "choices", "why", "hours_after_end")

KEEP_ANSWERS: Final = """
    INSERT INTO survey_answer (survey_id, viewer_id, show_id, score, choice, words, at, changed_at)
    SELECT survey_id, viewer_id, show_id, score, choice, words, at, at FROM json_to_recordset(CAST(%s AS json)) AS a (
        survey_id text, viewer_id text, show_id text, score int, choice int, words text, at timestamptz)
    ON CONFLICT (survey_id, viewer_id) DO UPDATE SET
        score = excluded.score, choice = excluded.choice, words = excluded.words, changed_at = excluded.changed_at
"""
_ANSWERED = text("""
    SELECT survey_id, viewer_id FROM survey_answer
    JOIN unnest(CAST(:surveys AS text[]), CAST(:viewers AS text[])) AS given (survey_id, viewer_id) USING (survey_id, viewer_id)
""")
# Staff count nowhere; of one person's answers as a guest and as themselves the newest counts.
_COUNTS = text("""
    SELECT survey_id, score, choice, count(*) AS n FROM (
        SELECT DISTINCT ON (a.survey_id, coalesce(k.canonical, a.viewer_id)) a.survey_id, a.score, a.choice
        FROM survey_answer AS a
        LEFT JOIN viewer_alias AS k ON k.show_id = a.show_id AND k.raw = a.viewer_id AND k.taken_back_at IS NULL
        WHERE a.show_id = :show AND NOT EXISTS (
            SELECT FROM staff_presence AS s WHERE s.show_id = a.show_id AND s.viewer_id IN (a.viewer_id, k.canonical))
        ORDER BY a.survey_id, coalesce(k.canonical, a.viewer_id), a.changed_at DESC) AS answered
    GROUP BY survey_id, score, choice
""")
_PRODUCT = text("SELECT EXISTS (SELECT FROM product WHERE id = :product AND channel_id = :channel)")
_WORDS = text("""
    SELECT coalesce(k.canonical, a.viewer_id) AS viewer_id, a.score, a.choice, a.words, a.changed_at AS at
    FROM survey_answer AS a
    LEFT JOIN viewer_alias AS k ON k.show_id = a.show_id AND k.raw = a.viewer_id AND k.taken_back_at IS NULL
    WHERE a.survey_id = :survey AND a.words IS NOT NULL
      AND NOT EXISTS (SELECT FROM staff_presence AS s WHERE s.show_id = a.show_id AND s.viewer_id IN (a.viewer_id, k.canonical))
      AND (:search = '' OR strpos(lower(normalize(a.words, NFKC)), lower(normalize(:search, NFKC))) > 0)
    ORDER BY a.changed_at DESC, a.viewer_id LIMIT :limit OFFSET :offset
""")
_SEEN = text("""
    SELECT survey_id FROM survey_answer WHERE show_id = :show AND viewer_id = ANY(CAST(:viewers AS text[]))
    UNION SELECT target FROM ledger_entry
    WHERE show_id = :show AND kind = 'survey_shown' AND viewer_id = ANY(CAST(:viewers AS text[])) AND target IS NOT NULL
""")
_RESET = (
    text("DELETE FROM survey_answer WHERE show_id = :show"),
    text("""
        UPDATE survey SET state = 'ready', opened_at = NULL, closed_at = NULL, closes_at = NULL, version = version + 1
        WHERE show_id = :show AND state <> 'ready'
    """),
)


@dataclass(slots=True)
class Counts:
    """Answers to a survey so far, by score and by choice."""

    answers: int = 0
    scores: Counter[int] = field(default_factory=Counter)
    choices: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Written:
    """An answer with words."""

    viewer_id: str
    score: int | None
    choice: int | None
    words: str
    at: datetime


def as_public(survey: Survey) -> pushes.Survey:
    """Return the survey as everybody reads it."""
    assert survey.opened_at is not None, "nobody but staff knows of it before"
    wording = survey.wording
    return pushes.Survey(
        survey.id,
        wording.kind,
        wording.question,
        to_wire(survey.opened_at),
        choices=list(wording.choices) if wording.choices else UNSET,
        why=wording.why,
        product=wording.product_id,
        closes_at=None if survey.closes_at is None else to_wire(survey.closes_at),
    )


async def read_snapshot_part(connection: AsyncConnection, show_id: str) -> pushes.Survey | UnsetType:
    """Return the survey of the show that takes answers now."""
    found = await read_surveys(connection, show_id, open_only=True)
    return as_public(found[0]) if found else UNSET


async def read_surveys(
    connection: AsyncConnection, show_id: str, *, open_only: bool = False, held: bool = False
) -> list[Survey]:
    """Return the show's surveys, the oldest first; or the one that takes answers. `held`: nobody removes one till the transaction ends."""
    wanted = select(_SURVEY).where(_SURVEY.c.show_id == show_id).order_by(_SURVEY.c.id)
    if held:
        wanted = wanted.with_for_update()
    if open_only:
        in_time = _SURVEY.c.closes_at.is_(None) | (_SURVEY.c.closes_at > func.now())
        wanted = wanted.where(_SURVEY.c.state == "open", in_time)
    return [_as_survey(row) for row in await connection.execute(wanted)]


async def read_survey(connection: AsyncConnection, survey_id: str, *, lock: bool = False) -> Survey | None:
    """Return a survey; None when there is none. `lock`: nobody changes it before the transaction ends."""
    wanted = select(_SURVEY).where(_SURVEY.c.id == survey_id)
    row = (await connection.execute(wanted.with_for_update() if lock else wanted)).one_or_none()
    return None if row is None else _as_survey(row)


async def insert_survey(connection: AsyncConnection, survey: Survey) -> None:
    """Write a new survey."""
    moments = {name: getattr(survey, name) for name in ("created_at", "opened_at", "closed_at", "closes_at")}
    await connection.execute(
        insert(_SURVEY).values(
            id=survey.id,
            channel_id=survey.channel_id,
            show_id=survey.show_id,
            product_id=survey.wording.product_id,
            at_end=survey.at_end,
            state=survey.state,
            version=survey.version,
            **_columns(survey.wording),
            **moments,
        )
    )


async def update_surveys(connection: AsyncConnection, surveys: Iterable[Survey]) -> None:
    """Write what opening and closing change. Those that are no longer open come first: one of a show may be open."""
    for survey in sorted(surveys, key=lambda each: each.state == "open"):
        names = ("state", "version", "opened_at", "closed_at", "closes_at")
        values = {name: getattr(survey, name) for name in names}
        await connection.execute(update(_SURVEY).where(_SURVEY.c.id == survey.id).values(values))


async def update_ready(connection: AsyncConnection, survey: Survey) -> bool:
    """Write what a survey that was never open asks, and when; False when there is no such one."""
    changed = update(_SURVEY).where(_SURVEY.c.id == survey.id, _SURVEY.c.state == "ready")
    columns = {**_columns(survey.wording), "product_id": survey.wording.product_id, "at_end": survey.at_end}
    return (await connection.execute(changed.values(version=survey.version, **columns))).rowcount > 0


async def delete_ready(connection: AsyncConnection, survey_id: str) -> bool:
    """Delete a survey that was never open; False when there is no such one."""
    gone = delete(_SURVEY).where(_SURVEY.c.id == survey_id, _SURVEY.c.state == "ready")
    return (await connection.execute(gone)).rowcount > 0


async def read_answered(
    connection: AsyncConnection, answers: Sequence[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Return those pairs of survey and viewer that have an answer."""
    given = {"surveys": [survey for survey, _ in answers], "viewers": [viewer for _, viewer in answers]}
    return {(row.survey_id, row.viewer_id) for row in await connection.execute(_ANSWERED, given)}


async def read_counts(connection: AsyncConnection, show_id: str) -> dict[str, Counts]:
    """Return the answers so far, by survey."""
    found: dict[str, Counts] = {}
    for row in await connection.execute(_COUNTS, {"show": show_id}):
        counts = found.setdefault(row.survey_id, Counts())
        counts.answers += row.n
        if row.score is not None:
            counts.scores[row.score] += row.n
        if row.choice is not None:
            counts.choices[row.choice] += row.n
    return found


async def is_product(connection: AsyncConnection, product_id: str, channel_id: str) -> bool:
    """Whether the channel has the product."""
    return bool(await connection.scalar(_PRODUCT, {"product": product_id, "channel": channel_id}))


async def read_words(
    connection: AsyncConnection, survey_id: str, search: str, *, limit: int, offset: int
) -> list[Written]:
    """Return what viewers wrote to a survey, the newest first, where it holds `search` whatever its case and width."""
    given = {"survey": survey_id, "search": search, "limit": limit, "offset": offset}
    return [Written(*row) for row in await connection.execute(_WORDS, given)]


async def read_seen(connection: AsyncConnection, show_id: str, viewers: Sequence[str]) -> list[str]:
    """Return the surveys of the show that these viewers were shown or answered."""
    return sorted(await connection.scalars(_SEEN, {"show": show_id, "viewers": list(viewers)}))


async def reset_surveys(connection: AsyncConnection, show_id: str) -> None:
    """Forget all answers, and have every survey as it was prepared."""
    for statement in _RESET:
        await connection.execute(statement, {"show": show_id})


async def read_default(connection: AsyncConnection, channel_id: str) -> Wording | None:
    """Return what the channel asks at the end of its shows."""
    wanted = select(*(_DEFAULT.c[name] for name in _WORDING)).where(_DEFAULT.c.channel_id == channel_id)
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else _as_wording(row)


async def lock_default(connection: AsyncConnection, channel_id: str) -> Wording | None:
    """Return the same; nobody else changes it, or makes the first, before the transaction ends."""
    await connection.execute(_LOCK_DEFAULT, {"channel": channel_id})
    return await read_default(connection, channel_id)


async def write_default(connection: AsyncConnection, channel_id: str, wording: Wording | None) -> None:
    """Write what the channel asks at the end of its shows; None: nothing."""
    if wording is None:
        await connection.execute(delete(_DEFAULT).where(_DEFAULT.c.channel_id == channel_id))
        return
    columns = _columns(wording)
    kept = upsert(_DEFAULT).values(channel_id=channel_id, **columns)
    await connection.execute(kept.on_conflict_do_update(index_elements=["channel_id"], set_=columns))


def answer_row(survey: Survey, viewer_id: str, said: Any, at: datetime) -> dict[str, Any]:
    """Return the row that `KEEP_ANSWERS` takes."""
    return {
        "survey_id": survey.id,
        "viewer_id": viewer_id,
        "show_id": survey.show_id,
        "score": said.score,
        "choice": said.choice,
        "words": said.words,
        "at": at,
    }


def _columns(wording: Wording) -> dict[str, Any]:
    columns = {name: getattr(wording, name) for name in _WORDING}
    return {**columns, "choices": list(wording.choices)}


def _as_wording(row: Row[Any], product_id: str | None = None) -> Wording:
    return Wording(row.kind, row.question, tuple(row.choices), row.why, product_id, row.hours_after_end)


def _as_survey(row: Row[Any]) -> Survey:
    return Survey(
        id=row.id,
        channel_id=row.channel_id,
        show_id=row.show_id,
        wording=_as_wording(row, row.product_id),
        at_end=row.at_end,
        state=row.state,
        version=row.version,
        created_at=row.created_at,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closes_at=row.closes_at,
    )
