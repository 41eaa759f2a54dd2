"""What viewers answered goes out in the envelope and comes in with the same figures; an answer that is none is said."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from server.db.engine import Database
from server.history.reading import Form
from server.ledger.derive_repository import derive_rows
from server.ledger.entries import Fact
from server.ledger.repository import append_facts
from server.surveys.tables import SurveyAnswerRow, SurveyRow
from server.viewers.tables import ViewerAliasRow
from tests.integration.history.test_round_trip import FORMS, LATER, SHOWS
from tests.integration.stats.hand_made import START, add, make_the_show, minutes
from tests.support.history import export_facts, take_in, whole_report

CHOICES = ['A "kiln", or two', "back\\slash", "{gifts}"]
ANSWERS: list[tuple[str, str, dict[str, Any], float]] = [
    ("sv_nps", "anna", {"score": 10, "words": "=Close up, to see the glaze"}, 40),
    ("sv_nps", "ben", {"score": 3}, 41),
    ("sv_nps", "chie", {"score": 9}, 55),  # who is ben: the newest answer counts
    ("sv_nps", "fumi", {"score": 7}, 42),
    ("sv_choice", "anna", {"choice": 2}, 43),
    ("sv_stars", "ben", {"score": 4}, 44),
    ("sv_text", "anna", {"words": "More\nof this"}, 45),
]


async def ask(connection: Any) -> None:
    """Ask the show four things, and have them answered."""
    kinds: dict[str, dict[str, Any]] = {
        "nps": {"why": True},
        "choice": {"choices": CHOICES},
        "stars": {"product_id": "channel-1"},
        "text": {},
    }
    for kind, more in kinds.items():
        row = {
            "id": f"sv_{kind}", "channel_id": "channel", "show_id": "s", "kind": kind, "question": f"{kind}?", "choices": [],
            "why": False, "at_end": False, "hours_after_end": 24, "state": "closed", "version": 2, "created_at": START,
            "opened_at": START + minutes(38), "closed_at": START + minutes(58), **more,
        }  # fmt: skip
        await add(connection, SurveyRow, row)
    for survey, viewer, said, minute in ANSWERS:
        at = START + minutes(minute)
        row = {"survey_id": survey, "viewer_id": viewer, "show_id": "s", "at": at, **said}
        await add(connection, SurveyAnswerRow, row | {"changed_at": at + timedelta(seconds=30)})
    facts = [
        Fact("s", viewer, "survey_answer", START + minutes(minute), survey)
        for survey, viewer, _, minute in ANSWERS
    ]
    facts += [
        Fact("s", viewer, "survey_shown", START + minutes(39), "sv_nps") for viewer in ("anna", "ben", "gus")
    ]
    await append_facts(connection, facts)
    for show in SHOWS:
        await derive_rows(connection, show)


@pytest.mark.parametrize("form", FORMS)
async def test_surveys_and_their_answers_come_in_with_the_same_figures(
    form: Form, database: Database, elsewhere: Database, tmp_path: Path
) -> None:
    async with database.write() as connection:
        await make_the_show(connection)
        await add(
            connection,
            ViewerAliasRow,
            {"id": "va_1", "show_id": "s", "raw": "chie", "canonical": "ben", "at": START},
        )
        await ask(connection)
    file = await export_facts(database, SHOWS, tmp_path, form)
    outcome = await take_in(elsewhere, file, form)
    assert (outcome.bad, outcome.refused) == ([], False)
    here, there = [await whole_report(each, "s", LATER) for each in (database, elsewhere)]
    assert there == here
    nps = next(each for each in here["surveys"] if each["kind"] == "nps")
    assert nps["nps"]["n"] == 3, "of a merged person the newest answer counts"
    assert await kept(elsewhere) == await kept(database)
    again = tmp_path / "again.jsonl"
    line = {
        "id": "x/1",
        "show": "s",
        "kind": "survey",
        "target": "sv_nps",
        "survey": "nps",
        "text": "?",
        "offset_ms": 0,
    }
    again.write_text(json.dumps(line) + "\n", "utf-8")
    assert [bad.code for bad in (await take_in(elsewhere, again)).bad] == ["survey_exists"]


async def kept(database: Database) -> list[Any]:
    """Return what is kept of surveys and answers, as both installations should have it."""
    async with database.read() as connection:
        surveys = await connection.execute(
            text(
                "SELECT id, kind, question, choices, why, product_id, state, opened_at, closed_at FROM survey ORDER BY id"
            )
        )
        answers = await connection.execute(text("SELECT * FROM survey_answer ORDER BY survey_id, viewer_id"))
        return [*surveys.all(), *answers.all()]


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"score": 11}, "answers_otherwise", "score"),
    ({"choice": 1}, "answers_otherwise", "score"),
    ({"score": 4, "text": "why not"}, "answers_otherwise", "score"),
    ({"score": "many"}, "unreadable", "score"),
    ({"score": 4, "target": "sv_other"}, "survey_unknown", "target"),
    ({"score": 4, "target": None}, "missing", "target"),
    ({"kind": "survey", "survey": "quiz", "text": "?"}, "unknown", "survey"),
    ({"kind": "survey", "survey": "choice", "text": "?", "choices": ["one"]}, "out_of_range", "choices"),
    ({"kind": "survey", "survey": "choice", "text": "?", "choices": "[a"}, "out_of_range", "choices"),
    ({"kind": "survey", "survey": "nps"}, "missing", "text"),
    ({"kind": "survey", "survey": "nps", "text": "?"}, "target_twice", "target"),
]


async def test_what_is_no_survey_or_no_answer_is_said_with_its_line(
    elsewhere: Database, tmp_path: Path
) -> None:
    common = {
        "show": "old",
        "at": "2025-03-01T11:10:00Z",
        "viewer": "anna",
        "target": "sv_1",
        "kind": "survey_answer",
    }
    lines: list[dict[str, Any]] = [
        {
            "id": "x/show",
            "show": "old",
            "kind": "show",
            "at": "2025-03-01T11:00:00Z",
            "ended_at": "2025-03-01T12:00:00Z",
        },
        {**common, "id": "x/sv", "kind": "survey", "survey": "nps", "text": "How likely?", "viewer": None},
        {**common, "id": "x/good", "score": 10},
        {**common, "id": "x/twice", "score": 9},
        *({**common, "id": f"x/{n}", "viewer": f"v{n}", **fields} for n, (fields, _, _) in enumerate(BAD)),
    ]
    file = tmp_path / "old.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    outcome = await take_in(elsewhere, file)
    found = {bad.line: (bad.code, bad.field) for bad in outcome.bad}
    assert found == {4: ("target_twice", "target")} | {
        n + 5: (code, field) for n, (_, code, field) in enumerate(BAD)
    }
    assert outcome.refused
