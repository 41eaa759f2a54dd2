"""What a survey may ask, and what answers it."""

import pytest

from server.errors import RefusedError
from server.surveys.review_rules import opinion_of
from server.surveys.rules import Said, check_answer, wording_of

NPS = wording_of("nps", "How likely are you to recommend us?")
WHY = wording_of("nps", "How likely are you to recommend us?", why=True)
CHOICE = wording_of("choice", "Which colour next?", choices=("Blue", "Red"))
STARS = wording_of("stars", "How was the show?")
TEXT = wording_of("text", "What did you miss?")


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        (NPS, Said(score=0)),
        (NPS, Said(score=10)),
        (WHY, Said(score=7, words="Fast delivery")),
        (WHY, Said(score=7)),
        (CHOICE, Said(choice=1)),
        (STARS, Said(score=1)),
        (STARS, Said(score=5)),
        (TEXT, Said(words="More light")),
    ],
)
def test_an_answer_of_the_surveys_kind_is_taken(wording: object, said: Said) -> None:
    assert check_answer(wording, said) == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        (NPS, Said()),
        (NPS, Said(score=11)),
        (NPS, Said(score=5, words="A reason that nobody asked for")),
        (NPS, Said(score=5, choice=0)),
        (CHOICE, Said(choice=2)),
        (CHOICE, Said(choice=0, words="Green")),
        (CHOICE, Said(score=1)),
        (STARS, Said(score=0)),
        (STARS, Said(score=6)),
        (TEXT, Said()),
        (TEXT, Said(words="a" * 1001)),
        (TEXT, Said(words="\u200b\u202e")),
        (TEXT, Said(score=1, words="a")),
    ],
)
def test_what_does_not_answer_it_is_refused(wording: object, said: Said) -> None:
    with pytest.raises(RefusedError):
        check_answer(wording, said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "parts",
    [
        {"kind": "choice", "choices": ("Blue",)},
        {"kind": "choice", "choices": ("Blue", " Blue ")},
        {"kind": "choice", "choices": tuple(str(n) for n in range(11))},
        {"kind": "choice"},
        {"kind": "nps", "choices": ("a", "b")},
        {"kind": "stars", "why": True},
        {"kind": "text", "product_id": "p_bowl"},
    ],
)
def test_a_survey_has_what_its_kind_has_and_nothing_else(parts: dict[str, object]) -> None:
    with pytest.raises(RefusedError):
        wording_of(question="What?", **parts)  # type: ignore[arg-type]


def test_texts_are_counted_in_code_points_and_kept_without_what_turns_them_round() -> None:
    assert check_answer(TEXT, Said(words=" \u202eWarm\u200b  ")).words == "Warm"
    assert check_answer(TEXT, Said(words="🧶" * 1000)).words == "🧶" * 1000
    assert opinion_of(4, "  \n ", "  ").words == ""
    assert opinion_of(4, "Warm\u202e", " Anna ").author == "Anna"
    with pytest.raises(RefusedError):
        opinion_of(4, "a" * 1001, None)
