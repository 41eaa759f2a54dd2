"""The demo's audience, without sockets and in a time of its own: questions come at once, and not many later."""

from collections import Counter
from heapq import heapify, heappop, heappush
from itertools import count

import pytest

from server.demo.audience import Audience, arrival_seconds
from server.demo.catalogue import QUESTIONS
from server.surveys.rules import Said, Wording, check_answer, wording_of

SEEDS = range(40)
MINUTES = 10
SHOW_STARTS = 1_000_000.0
"""When the show begins, on a clock that has long been running."""


def said_at(size: int, seed: int, type: str = "ask") -> list[float]:
    """When somebody asks, or says, in seconds from the show's start, in the first minutes of a show whose host is silent."""
    audience = Audience("ws://nowhere", size, lambda person: person.viewer_id, seed=seed)
    stage = audience.stage
    stage.live, stage.stock, stage.prices = True, {"p_1": 1000}, {"p_1": 100}
    stage.pinned = "p_1"
    ids, said = count(), list[float]()
    turns = [
        (SHOW_STARTS + arrival_seconds(n) + v.pause_seconds(), n) for n, v in enumerate(audience.members)
    ]
    heapify(turns)
    while turns[0][0] < SHOW_STARTS + 60 * MINUTES:
        now, number = heappop(turns)
        viewer = audience.members[number]
        for command in viewer.next_commands(now):
            if command["type"] == type:
                said.append(now - SHOW_STARTS)
            if command["type"] == "ask":
                stage.questions[f"q_{next(ids)}"] = command["text"]
        heappush(turns, (now + viewer.pause_seconds(), number))
    return said


@pytest.mark.parametrize("seed", SEEDS)
def test_a_newcomer_sees_a_question_at_once_and_some_more_in_the_first_minute(seed: int) -> None:
    asked = said_at(40, seed)
    assert asked[0] <= 15
    assert 3 <= sum(at <= 60 for at in asked) <= 5


@pytest.mark.parametrize("size", [40, 400])
def test_later_questions_come_seldom_whatever_the_size_of_the_audience(size: int) -> None:
    by_minute = Counter(int(at // 60) for at in said_at(size, seed=1))
    assert all(by_minute[minute] <= 3 for minute in range(1, MINUTES))
    assert sum(by_minute.values()) <= len(QUESTIONS)


@pytest.mark.parametrize("size", [40, 400])
def test_the_chat_is_never_empty_and_never_a_flood(size: int) -> None:
    said = said_at(size, 1, "comment")
    assert said[0] <= 15
    by_minute = Counter(int(at // 60) for at in said)
    assert all(4 <= by_minute[minute] <= 12 for minute in range(MINUTES))


@pytest.mark.parametrize(
    "wording",
    [
        wording_of("nps", "?", why=True),
        wording_of("stars", "?"),
        wording_of("choice", "?", choices=("A", "B")),
    ],
)
def test_everybody_sees_an_open_survey_once_and_some_answer_it_though_the_show_is_over(
    wording: Wording,
) -> None:
    audience = Audience("ws://nowhere", 100, lambda person: person.viewer_id, seed=1)
    audience.stage.survey = {"id": "sv_1", "kind": wording.kind, "choices": list(wording.choices)}
    said = [command for viewer in audience.members for command in viewer.next_commands(SHOW_STARTS)]
    assert not any(viewer.next_commands(SHOW_STARTS) for viewer in audience.members)
    answers = [command for command in said if command["type"] == "survey.answer"]
    assert (len(said) - len(answers), 10 < len(answers) < 90) == (100, True)
    for answer in answers:
        check_answer(wording, Said(answer.get("score"), answer.get("choice")))
