"""Text that people write: one normal form, nothing that hides or breaks lines, never empty."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import RefusedError
from server.protocol.codes import Code
from server.text import clean_line, clean_text


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  hello  ", "hello"),
        ("cafe\u0301", "caf\u00e9"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\tb", "a b"),
        ("be\x07ll\x00", "bell"),
        ("\u202egnp.exe", "gnp.exe"),
        ("これ、洗えますか？", "これ、洗えますか？"),
        ("👩\u200d👧 ok", "👩\u200d👧 ok"),
    ],
)
def test_text_is_kept_as_it_was_meant(written: str, kept: str) -> None:
    assert clean_text(written, characters_max=100) == kept


@pytest.mark.parametrize("written", ["", " ", "\n\n", "\u200b", "\u3000", "\x00", "\u2066\u2069", "\ufeff"])
def test_text_without_anything_visible_is_refused(written: str) -> None:
    with pytest.raises(RefusedError) as refused:
        clean_text(written, characters_max=100)
    assert refused.value.code is Code.INVALID


def test_text_is_measured_after_it_was_trimmed() -> None:
    assert clean_text("  abc  ", characters_max=3) == "abc"
    with pytest.raises(RefusedError):
        clean_text("abcd", characters_max=3)


def test_a_line_has_no_line_ends() -> None:
    assert clean_line(" Aki \n  Sato ", characters_max=40) == "Aki Sato"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_more(written: str) -> None:
    try:
        kept = clean_text(written, characters_max=200)
    except RefusedError:
        return
    assert clean_text(kept, characters_max=200) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert not any(unicodedata.category(c) == "Cc" and c != "\n" for c in kept)
