"""Text that people write: one normal form, nothing that hides or breaks lines, never empty, and nothing lost that a table does not know."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import RefusedError
from server.protocol.codes import Code
from server.text import clean_line, clean_text
from server.text.characters import MARKS_MAX, draws_something

NEVER_ASSIGNED = "\U0003fffd"
"""No Unicode table knows it: what a character of next year is to us."""


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  hello  ", "hello"),
        ("cafe\u0301", "caf\u00e9"),
        ("a\r\nb\rc\u2028d\u0085e", "a\nb\nc\nd\ne"),
        ("a\tb", "a b"),
        ("be\x07ll\x00", "bell"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\ufdd0\U0001fffeb\ud83d", "ab"),
        ("\u200bAki\u3164\ufeff", "Aki"),
    ],
)
def test_text_is_kept_as_it_was_meant(written: str, kept: str) -> None:
    assert clean_text(written, characters_max=100) == kept


@pytest.mark.parametrize(
    "text",
    [
        "これ、洗えますか？",
        "👩\u200d👧 ok",
        "Lovely 🩷 in pink?",
        "🩷",
        f"new {NEVER_ASSIGNED}",
        NEVER_ASSIGNED,
        "❤\ufe0f",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "می\u200cخواهم",
        "क्\u200dष",
        "ที่นี่ก็ได้",
        "שָׁלוֹם בְּרֵאשִׁ֖ית",
        "ཧྐྵྨླྺྼྻྂ",
        "ကျွန်ုပ်",
        "\ue000",
    ],
)
def test_what_is_written_anywhere_is_kept_to_the_letter(text: str) -> None:
    normal = unicodedata.normalize("NFC", text)
    assert clean_text(text, characters_max=100) == normal
    assert clean_line(text, characters_max=40) == normal


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "\n\n", "\u200b", "\u3000", "\x00", "\u2066\u2069", "\ufeff", "\u00ad", "\u2060"),
        *("\u2800", "\u115f\u1160", "\u3164", "\uffa0", "\u17b4", "\u180e", "\u034f", "\U0001d159"),
        *("\ufe0f", "\U000e0100", "\U000e0041\U000e007f", "\u200d", "\u200c\u200d", "\u0301", "\u20dd"),
        "\u2800 \u3164\n\u115f",
        "\U0003ffff",
    ],
)
def test_text_without_anything_visible_is_refused(written: str) -> None:
    for clean in (clean_text, clean_line):
        with pytest.raises(RefusedError) as refused:
            clean(written, characters_max=100)
        assert refused.value.code is Code.INVALID


def test_marks_are_stacked_so_high_and_no_higher() -> None:
    heap = "Z" + "\u0300\u0323\u20d2" * 30 + "a\u0301 lg\u200d" + "\u0316" * 30
    kept = clean_text(heap, characters_max=500)
    for run in (kept[1 : kept.index("á")], kept[kept.index("g") + 2 :]):
        assert len(run) == MARKS_MAX
        assert all(unicodedata.category(c) == "Mn" for c in run)


@pytest.mark.parametrize("blank", ["\u200b", "\u2060", "\u00ad", "\u2800", "\u3164", "\U000e0041"])
def test_what_draws_nothing_is_kept_in_short_runs(blank: str) -> None:
    kept = clean_text("a" + blank * 90 + "b", characters_max=100)
    assert kept == "a" + blank * MARKS_MAX + "b"
    flag = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    assert clean_text(flag, characters_max=100) == flag


def test_text_is_measured_in_code_points_as_it_is_kept() -> None:
    assert clean_text("  abc  ", characters_max=3) == "abc"
    assert clean_text("e\u0301" * 5, characters_max=5) == "é" * 5
    assert clean_text("🩷" * 5, characters_max=5) == "🩷" * 5
    for written in ("abcd", "🩷🩷🩷🩷", "👩\u200d👧\u200d👦"):
        with pytest.raises(RefusedError):
            clean_text(written, characters_max=3)


def test_a_line_has_no_line_ends() -> None:
    assert clean_line(" Aki \n  Sato ", characters_max=40) == "Aki Sato"


@settings(deadline=None)
@given(st.text(max_size=60) | st.text("a\u0301\u0323\u200d\u3164\u09c7\u09be \ud800\n", max_size=60))
def test_cleaning_twice_changes_nothing_more(written: str) -> None:
    try:
        kept = clean_text(written, characters_max=200)
    except RefusedError:
        return
    assert clean_text(kept, characters_max=200) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c != "\n" for c in kept)
    assert draws_something(kept)
