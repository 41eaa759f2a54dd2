"""What is wrong with lines about surveys: by themselves, and beside the survey that they answer, which may be in SQL (`known_survey`)."""

from typing import Final

SAYS_SOMETHING: Final = """
    (e.kind = 'survey_answer' AND (e.score IS NOT NULL OR e.choice IS NOT NULL OR e."text" IS NOT NULL))
"""
"""Of an entry `e`: it is more than the fact that somebody answered."""
_CHOICES = (
    "TRY(json_type(given.choices)) = 'ARRAY' AND TRY(json_array_length(given.choices)) BETWEEN 2 AND 10"
)


def survey_faults() -> list[tuple[str, str, str]]:
    """Return (code, column, SQL) of what may be wrong with a line of `given`."""
    survey, answer = "given.kind = 'survey' AND", "given.kind = 'survey_answer' AND"
    said = 'coalesce(given.score, given.choice, given."text") IS NOT NULL'
    return [
        (
            "unknown",
            "survey",
            f"{survey} coalesce(given.survey, '') NOT IN ('nps', 'stars', 'choice', 'text')",
        ),
        ("missing", "text", f"{survey} coalesce(given.\"text\", '') = ''"),
        ("out_of_range", "choices", f"{survey} given.survey = 'choice' AND NOT coalesce({_CHOICES}, false)"),
        ("missing", "target", f"{answer} {said} AND coalesce(given.target, '') = ''"),
    ]


_ASKED = """
    CREATE TABLE asked AS
    SELECT target AS id, "show", survey AS kind, coalesce(why, false) AS why, coalesce(json_array_length(choices), 0) AS choices
    FROM entry WHERE kind = 'survey' AND code IS NULL AND line NOT IN (SELECT line FROM bad)
    UNION ALL SELECT id, show_id, kind, why, choices FROM known_survey
"""
_FITS = """
    CASE a.kind WHEN 'nps' THEN e.score BETWEEN 0 AND 10 AND e.choice IS NULL AND (a.why OR e."text" IS NULL)
        WHEN 'stars' THEN e.score BETWEEN 1 AND 5 AND e.choice IS NULL AND e."text" IS NULL
        WHEN 'choice' THEN e.choice >= 0 AND e.choice < a.choices AND e.score IS NULL AND e."text" IS NULL
        ELSE e."text" IS NOT NULL AND e.score IS NULL AND e.choice IS NULL END
"""
_GOOD = f"e.code IS NULL AND e.line NOT IN (SELECT line FROM repeated) AND {SAYS_SOMETHING}"
ANSWERS_ACROSS: Final = (
    _ASKED,
    f"""
    INSERT INTO bad SELECT e.line, 'survey_unknown', 'target' FROM entry AS e WHERE {_GOOD}
      AND NOT EXISTS (SELECT 1 FROM asked AS a WHERE a.id = e.target AND a."show" = e."show")
    """,
    f"""
    INSERT INTO bad
    SELECT e.line, 'answers_otherwise', CASE WHEN a.kind = 'choice' THEN 'choice' WHEN a.kind = 'text' THEN 'text' ELSE 'score' END
    FROM entry AS e JOIN (SELECT DISTINCT * FROM asked) AS a ON a.id = e.target AND a."show" = e."show"
    WHERE {_GOOD} AND NOT coalesce({_FITS}, false)
    """,
    f"""
    INSERT INTO bad SELECT e.line, 'target_twice', 'target' FROM entry AS e
    WHERE {_GOOD} AND e.line NOT IN (SELECT line FROM bad)
    QUALIFY row_number() OVER (PARTITION BY e.target, e.viewer ORDER BY e.line) > 1
    """,
)
"""Fill `bad` further; once `entry`, `repeated` and `bad` are there."""
