"""The SQL of what surveys came to. Answers are read by whose they are; of one person's the newest counts."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.facts import ShowHead
from server.stats.population import BUYER, LEFT_OUT, RECOGNISABLE, VIEWERS, WITHDRAWN
from server.stats.returning_repository import WAS_THE_SAME
from server.stats.surveys.figures import Alike, Asked, survey_figures
from server.stats.surveys.report import SurveyFigures

_SURVEYS = text("""
    SELECT id, kind, question, choices, product_id, opened_at FROM survey
    WHERE show_id = :show AND opened_at IS NOT NULL ORDER BY opened_at, id
""")
SAID = """said AS MATERIALIZED (
    SELECT DISTINCT ON (a.survey_id, coalesce(k.canonical, a.viewer_id)) a.survey_id, coalesce(k.canonical, a.viewer_id) AS viewer_id,
           a.score, a.choice, a.words IS NOT NULL AS wrote
    FROM survey_answer AS a
    LEFT JOIN viewer_alias AS k ON k.show_id = a.show_id AND k.raw = a.viewer_id AND k.taken_back_at IS NULL
    WHERE a.show_id = :show ORDER BY a.survey_id, coalesce(k.canonical, a.viewer_id), a.changed_at DESC)"""
_SHOWN = text(f"""
    WITH {VIEWERS}, {SAID}
    SELECT survey_id, count(DISTINCT viewer_id) AS n FROM (
        SELECT survey_id, viewer_id FROM said
        UNION SELECT target, viewer_id FROM ledger_entry WHERE show_id = :show AND kind = 'survey_shown') AS shown
    JOIN viewer USING (viewer_id) GROUP BY survey_id
""")
_ANSWERS = text(f"""
    WITH {VIEWERS}, {LEFT_OUT}, {WITHDRAWN}, {BUYER}, {SAID}, here AS MATERIALIZED (
        SELECT r.viewer_id, r.guest, r.remembered, r.consent_at, r.first_at FROM rollup AS r
        WHERE r.show_id = :show AND r.viewer_id IN (SELECT viewer_id FROM said) AND {RECOGNISABLE}
    ), before AS MATERIALIZED (
        SELECT DISTINCT here.viewer_id FROM here JOIN rollup AS o USING (viewer_id)
        JOIN (SELECT id, ended_at AS finish FROM show WHERE channel_id = :channel AND id <> :show
              AND started_at >= :before AND started_at < :start) AS other ON other.id = o.show_id
        WHERE o.views > 0 AND NOT o.suspect AND NOT o.staff AND {WAS_THE_SAME.format(unknown="o.guest IS NULL")}
    )
    SELECT said.survey_id, said.score, said.choice, count(viewer.viewer_id) AS n,
           count(*) FILTER (WHERE viewer.viewer_id IS NULL) AS beside,
           count(*) FILTER (WHERE wrote AND viewer.viewer_id IS NOT NULL) AS wrote,
           coalesce(sum(r.watched_us) FILTER (WHERE viewer.viewer_id IS NOT NULL), 0) AS watched_us,
           count(buyer.viewer_id) FILTER (WHERE viewer.viewer_id IS NOT NULL) AS bought,
           count(here.viewer_id) FILTER (WHERE viewer.viewer_id IS NOT NULL) AS known,
           count(before.viewer_id) FILTER (WHERE viewer.viewer_id IS NOT NULL) AS returned
    FROM said LEFT JOIN viewer USING (viewer_id) LEFT JOIN buyer USING (viewer_id) LEFT JOIN here USING (viewer_id)
    LEFT JOIN before USING (viewer_id) LEFT JOIN rollup AS r ON r.show_id = :show AND r.viewer_id = said.viewer_id
    WHERE NOT EXISTS (SELECT FROM left_out WHERE left_out.viewer_id = said.viewer_id)
    GROUP BY said.survey_id, said.score, said.choice
    ORDER BY said.survey_id, said.score, said.choice
""")


async def read_survey_figures(
    connection: AsyncConnection, show: ShowHead, viewers: str | None, window: timedelta
) -> list[SurveyFigures]:
    """Return what the show's surveys came to, in the order in which they were opened; `viewers` as `population.VIEWERS` takes them."""
    surveys = (await connection.execute(_SURVEYS, {"show": show.id})).all()
    if not surveys:
        return []
    given = {"show": show.id, "viewers": viewers}
    shown = {row.survey_id: row.n for row in await connection.execute(_SHOWN, given)}
    start = show.started_at or show.as_of
    bounds = {"channel": show.channel_id, "until": show.until, "start": start, "before": start - window}
    answers: dict[str, list[Alike]] = {}
    for row in await connection.execute(_ANSWERS, {**given, **bounds}):
        known = row._mapping
        alike = {name: known[name] for name in Alike.__slots__}
        answers.setdefault(row.survey_id, []).append(Alike(**{**alike, "watched_us": int(row.watched_us)}))
    return [
        survey_figures(
            Asked(
                survey=row.id,
                kind=row.kind,
                question=row.question,
                choices=row.choices,
                product=row.product_id,
                opened_at=row.opened_at,
                shown=shown.get(row.id, 0),
                answers=answers.get(row.id, []),
            )
        )
        for row in surveys
    ]
