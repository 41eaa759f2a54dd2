"""What of a journal a replay tells again: everything at its place, and nothing that may not be seen any more."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from server.journal.rewriting import ERASED
from server.replay.clock import Moment, Published, decode, questions_in, tell_again

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def published(second: float, type: str, **fields: Any) -> Published:
    line = json.dumps({"type": type, "offset": 1, **fields})
    return Published(1, START + timedelta(seconds=second), line)


def told(*publications: Published, seen: set[str] = frozenset()) -> list[Moment]:  # type: ignore[assignment]
    return tell_again(decode(publications), START, seen)


def question(id: str, text: str = "Is it warm?", author: str = "Aoi") -> dict[str, str]:
    return {"id": id, "text": text, "author": author}


def test_each_moment_stands_at_its_milliseconds_of_the_show() -> None:
    moments = told(published(-2, "product.pinned", product="p_1"), published(1.5, "announce", text="Hello"))
    assert [moment.show_ms for moment in moments] == [-2_000, 1_500]
    assert moments[1].push["text"] == "Hello"


def test_what_was_for_staff_alone_is_not_told() -> None:
    assert told(published(1, "withheld")) == []


def test_questions_that_nobody_may_see_any_more_are_not_there() -> None:
    posted = [published(1, "question.posted", question=question(id)) for id in ("q_1", "q_2")]
    gone = published(2, "question.dismissed", question={"id": "q_2"})
    assert questions_in(push for _, push in decode([*posted, gone])) == {"q_1", "q_2"}
    assert [moment.push["question"]["id"] for moment in told(*posted, gone, seen={"q_1"})] == ["q_1"]


def test_a_question_whose_words_were_erased_is_not_there() -> None:
    assert told(published(1, "question.posted", question=question("q_1", ERASED, ERASED)), seen={"q_1"}) == []


def test_a_question_that_nobody_may_see_any_more_was_never_pinned() -> None:
    pin = published(1, "question.pinned", question="q_1", pinned=question("q_1"))
    assert [moment.push["question"] for moment in told(pin, seen={"q_1"})] == ["q_1"]
    (moment,) = told(pin)
    assert (moment.push["question"], moment.push["pinned"]) == (None, None)


def test_taking_a_pin_off_is_told() -> None:
    (moment,) = told(published(1, "question.pinned", question=None, pinned=None))
    assert moment.push["question"] is None
