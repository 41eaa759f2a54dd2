"""An entry of a list is found in whatever disguise, and innocent words are not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import RefusedError
from server.screening.matching import Matcher, require_readable
from server.screening.rules import Entry, EntryKind
from server.text import clean_text
from server.text.confusables import AS_LATIN, HIRAGANA, SIGNS_AS_LETTERS

ENGLISH = ("free", "casino", "scamword", "hell", "crypto", "buy followers")
JAPANESE = ("ばか", "うそつき", "詐欺", "ツイッター")
_LIKES: dict[str, list[str]] = {}
for code, letter in AS_LATIN.items():
    _LIKES.setdefault(letter, []).append(chr(code))
_LEET: dict[str, list[str]] = {}
for code, letter in SIGNS_AS_LETTERS.items():
    if chr(code) in "013457@$":
        _LEET.setdefault(letter, []).append(chr(code))
_KATAKANA = {hira: chr(code) for code, hira in HIRAGANA.items()}
INVISIBLE = ("\u200b", "\u200d", "\u2060", "\u00ad", "\ufe0f", "\u034f", "\u3164", "\U000e0041")
BEFORE = ("", "this is ", "これは", "!! ", "x7 ")
AFTER = ("", " now", "です", "!", " 12")


def matcher(*texts: str, kind: EntryKind = "word") -> Matcher:
    return Matcher([Entry(kind, text, "hold") for text in texts])


WORDS = matcher(*ENGLISH, *JAPANESE)


def found(text: str, by: Matcher = WORDS) -> set[str]:
    return {entry.text for entry in by.find(text)}


def is_found(entry: str, disguised: str, before: str, after: str) -> None:
    assert entry in found(before + disguised + after), (before + disguised + after).encode("unicode_escape")


entries = st.sampled_from(ENGLISH + JAPANESE)
latin = st.sampled_from([word for word in ENGLISH if " " not in word])
around = {"before": st.sampled_from(BEFORE), "after": st.sampled_from(AFTER)}


@given(entry=entries, data=st.data(), **around)
def test_in_any_case_width_kana_with_accents_and_what_is_invisible(
    entry: str, data: st.DataObject, before: str, after: str
) -> None:
    shown = []
    for letter in entry:
        forms = [letter, letter.upper(), _KATAKANA.get(letter, letter)]
        if letter.isascii() and letter.isalpha():
            forms += [chr(ord(letter) + 0xFEE0), letter + "\u0301", letter + "\u0336"]
        shown.append(data.draw(st.sampled_from(forms)))
        shown.append(data.draw(st.sampled_from(("", *INVISIBLE))))
    is_found(entry, "".join(shown), before, after)


@given(entry=latin, data=st.data(), **around)
def test_in_letters_of_other_alphabets(entry: str, data: st.DataObject, before: str, after: str) -> None:
    shown = "".join(data.draw(st.sampled_from([letter, *_LIKES.get(letter, ())])) for letter in entry)
    is_found(entry, shown, before, after)


@given(
    entry=latin,
    data=st.data(),
    before=st.sampled_from(("", "this is ", "!! ")),
    after=st.sampled_from(AFTER[:2]),
)
def test_with_digits_and_signs_as_letters(entry: str, data: st.DataObject, before: str, after: str) -> None:
    shown = [data.draw(st.sampled_from([letter, *_LEET.get(letter, ())])) for letter in entry]
    if not any(map(str.isalpha, shown)):
        shown[0] = entry[0]
    is_found(entry, "".join(shown), before, after)


@given(
    entry=st.sampled_from((*(word for word in ENGLISH if " " not in word), *JAPANESE)),
    between=st.sampled_from((".", "-", "_", "*", " ", "・", "~", " . ", "🍆", "/")),
    before=st.sampled_from(("", "this is ", "look, ")),
    after=st.sampled_from(("", " now", "!")),
)
def test_with_something_between_the_letters(entry: str, between: str, before: str, after: str) -> None:
    is_found(entry, between.join(entry), before, after)


def test_disguises_together() -> None:
    assert "free" in found("ask for F.r.3.e stuff")
    assert "free" in found("ｆ\u200bг3е")
    assert "casino" in found("c@s1no!")
    assert "free" in found("🇫🇷🇪🇪 and 🅵🆁🅴🅴")


@pytest.mark.parametrize(
    ("entry", "innocent"),
    [
        ("cunt", "Scunthorpe"),
        ("ass", "classic glass, a pass for 455 yen"),
        ("hell", "he'll be at shell beach, hello"),
        ("shit", "what's hit? Is it this hit"),
        ("heil", "hell"),
        ("bum", "burn"),
        ("free", "freedom fre e"),
        ("sex", "Essex, 5 ex-models, size S, ex demo"),
        ("see", "5 33"),
        ("anal", "analysis; a nal"),
        ("ばか", "そば・かつ。そば。かつ丼"),
    ],
)
def test_innocent_words_are_not_found(entry: str, innocent: str) -> None:
    assert found(innocent, matcher(entry)) == set()


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=60), latin)
def test_a_word_inside_of_another_is_not_found(text: str, entry: str) -> None:
    if not re.search(rf"\b{entry}\b", text) and not re.search(r"\b\w\s+\w\b", text):
        assert entry not in found(text)


@given(st.text(max_size=80))
def test_any_text_is_read_whatever_it_holds(text: str) -> None:
    WORDS.find(text)


@pytest.mark.parametrize(
    ("pattern", "finds", "leaves"),
    [
        ("free*", ["freedom", "FREE!", "f.r.e.e", "fr33dom"], ["carefree"]),
        ("*spam", ["superspam", "spam"], ["spammer"]),
        ("b?d", ["bad", "b4d"], ["bd", "brad"]),
        (
            "090-####-####",
            ["call 090-1234-5678", "０９０１２３４５６７８", "090 1234 5678"],
            ["090-1234-567"],
        ),
        ("casino *", ["casino royale"], ["casinos"]),
        ("ばか*", ["このバカ者"], ["ばら"]),
    ],
)
def test_patterns(pattern: str, finds: list[str], leaves: list[str]) -> None:
    by = matcher(pattern, kind="pattern")
    assert [text for text in finds if not by.find(text)] == []
    assert [text for text in leaves if by.find(text)] == []


def test_a_pattern_made_to_backtrack_is_read_in_one_go() -> None:
    by = matcher("a*" * 25 + "b", kind="pattern")
    assert by.find("a" * 1_000) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [("word", "!!!"), ("pattern", "*"), ("pattern", "a*"), ("pattern", "? ?"), ("word", "🍆")],
)
def test_an_entry_that_finds_nothing_or_everything_is_refused(kind: EntryKind, text: str) -> None:
    with pytest.raises(RefusedError):
        require_readable(Entry(kind, text, "hold"))


def test_four_thousand_marks_on_a_letter_come_out_few() -> None:
    clean = clean_text("fr" + "\u0301" * 4_000 + "ee", characters_max=500)
    assert len(clean) < 20
    assert found(clean) == {"free"}


def test_bidirectional_controls_are_not_kept() -> None:
    assert clean_text("\u202eeerf\u202c \u2066free\u2069", characters_max=500) == "eerf free"
