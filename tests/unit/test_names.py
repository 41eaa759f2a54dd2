"""Names that are taken for a staff member's, a role's, the show's or the channel's are refused; names of ordinary people are not."""

import re
import sys
import unicodedata

import pytest

from server.hub.called import Called
from server.text import names
from server.text.names import NOBODY, ReservedNames, default_name, guest_number

RESERVED = ReservedNames(["Aoi", "葵", "Mika", "Sora", "Li"], ["Spring knitwear", "Kumo Store", "春のニット"])


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Aoi",
            "AOI",
            "Ａｏｉ",
            "Aоi",
            "Аоі",
            "Àóï",
            "A̶o̶i̶",
            "𝓐𝓸𝓲",
            "Ⓐⓞⓘ",
            "🅐🅞🅘",
            "🇦🇴🇮",
            "Aol",
            "A0i",
            "Ao\u200bi",
            "Aoi\u3164",
        ),
        *(
            "Aoi⭐",
            "Aoi🇯🇵",
            "A.o.i",
            "Aoi_official",
            "aoiofficial",
            "Aoi 2024",
            "the Aoi",
            "It's Aoi",
            "Mika-san",
            "mіka",
            "m1ka",
            "Sora🩷",
        ),
        *("葵", "葵さん", "葵公式", "本物の葵", "葵（本人）", "Li", "Li!"),
        *("Spring  KNITWEAR", "SpringKnitwear", "kumo-store", "春のニット"),
    ],
)
def test_the_names_of_a_show_are_staffs_alone(name: str) -> None:
    assert RESERVED.refuse(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "host",
            "Host!",
            "h o s t",
            "the host",
            "TheHost",
            "Host 2",
            "h0st",
            "H0st2",
            "ho\u200bst",
            "HOＳТ",
            "ʜᴏsᴛ",
            "ⒽⓄⓈⓉ",
            "Host Kenta",
        ),
        *(
            "admin",
            "@dmin",
            "adm!n",
            "adrnin",
            "real admin",
            "Moderator",
            "Bob (mod)",
            "Staff",
            "official",
            "Analyst",
            "Support",
            "system",
        ),
        *(
            "ホスト",
            "ﾎｽﾄ",
            "ほすと",
            "ホス卜",
            "ホストの花子",
            "モデレーター",
            "モデレ一ター",
            "スタッフ",
            "司会",
            "運営",
            "運営スタッフ",
        ),
        *("公式アカウント", "管理者", "配信者", "アナリスト", "Guest 1234", "ゲスト１２"),
    ],
)
def test_the_names_of_roles_are_staffs_alone_in_every_show(name: str) -> None:
    assert NOBODY.refuse(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Naomi",
            "Hostetler",
            "Aoi Tanaka",
            "Tanaka Aoi",
            "ghost",
            "Modesto",
            "Stafford",
            "Adminka",
            "Theodora",
            "Lia",
            "Olive",
            "Demon",
        ),
        *(
            "Kamila",
            "Mikado",
            "Mikael",
            "Sorana",
            "Anna",
            "José",
            "Андрей",
            "Ελένη",
            "محمد",
            "สมชาย",
            "김민준",
            "Cat owner",
            "Ken 2",
            "Guest",
        ),
        *(
            "みか",
            "葵子",
            "あおば",
            "田中",
            "公子",
            "ポスト",
            "ホストファミリー",
            "非公式ファン",
            "さん",
            "モデル",
            "ゲスト",
            "花子さん",
        ),
        *("🩷", "1234", "^_^", "\U0003fffd", "می\u200cخواهم", ""),
    ],
)
def test_ordinary_people_keep_their_names(name: str) -> None:
    assert not RESERVED.refuse(name)
    assert Called(RESERVED).shown(name, "v_1") == name


def test_a_refused_name_becomes_the_viewers_number() -> None:
    shown = Called(RESERVED).shown("Aoi", "v_1")
    assert shown == default_name("v_1") == Called(RESERVED).shown("host", "v_1")
    assert guest_number(shown) == int(shown.removeprefix("Guest "))
    assert Called(RESERVED).shown(shown, "v_1") == shown
    assert [guest_number(name) for name in ("Aoi", "Guest", "Guest 12", "Guest 0123", "Guest 12345")] == [
        None
    ] * 5


def test_numbers_are_spread_over_viewers() -> None:
    assert len({default_name(f"v_{n}") for n in range(1000)}) > 900


def test_names_are_added_once() -> None:
    more = RESERVED.with_staff(["Kenta"])
    assert more.refuse("Kenta")
    assert not RESERVED.refuse("Kenta")
    assert more.with_staff(["Kenta", "Aoi"]) is more


def test_look_alikes_are_known_without_the_tables_of_python() -> None:
    """The table of look-alikes ages: these are the ones that are tried most, in any version of Unicode."""
    for latin, alike in {
        "a": "аɑα",
        "c": "сᴄ",
        "e": "еε",
        "i": "іιl",
        "o": "оοօ",
        "p": "рρ",
        "s": "ѕ",
        "x": "хχ",
        "y": "уү",
    }.items():
        for character in alike:
            name = f"Z{latin}Z{latin}"
            assert ReservedNames([name]).refuse(name.replace(latin, character)), unicodedata.name(character)


def test_a_plain_name_looks_the_same_by_the_short_way() -> None:
    """Every character that the short way takes, beside letters of each kind."""
    taken = 0
    for character in map(chr, range(sys.maxunicode + 1)):
        for name in (f"Mo{character}l", f"{character}がー", f"力{character}"):
            if names._PLAIN.fullmatch(name):
                taken += 1
                assert names._look(name) == names._look_of_any(name), f"U+{ord(character):04X}"
    assert taken > 3 * 21_000


@pytest.mark.parametrize("name", ["m1ka san", "葵 公式", "ミカ", "the Aoi", "h0st", "非公式", "Guest 7"])
def test_a_name_is_read_the_same_by_the_short_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    short = ReservedNames(["Aoi", "葵", "Mika"]).refuse(name)
    monkeypatch.setattr(names, "_PLAIN", re.compile("(?!)"))
    assert ReservedNames(["Aoi", "葵", "Mika"]).refuse(name) == short


def test_a_verdict_holds_for_the_names_that_are_reserved_and_no_longer() -> None:
    before = ReservedNames(["Aoi"])
    assert not before.refuse("Kenta")
    after = before.with_staff(["Kenta"])
    assert after.refuse("Kenta")
    assert not before.refuse("Kenta")


def test_so_many_names_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.text.names.VERDICTS_MAX", 4)
    names = ReservedNames(["Aoi"])
    for _ in range(2):
        assert [names.refuse(f"Aoi{n}" if n % 2 else f"Rin{n}") for n in range(8)] == [False, True] * 4
    assert len(names._refused) <= 4
