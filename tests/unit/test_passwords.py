"""Which passwords are taken: long ones of any kind, but none that others try first."""

import pytest

from server.channels.devices import device_of
from server.channels.passwords import CHARACTERS_MAX, kept_password
from server.errors import RefusedError

OWN = ("Aoi's kitchen", "Mika Tanaka", "mika.tanaka@harbour-tea.example")


def why_not(password: str) -> str:
    """Why a password is refused, empty where it is taken."""
    try:
        kept_password(password, own=OWN)
    except RefusedError as refused:
        return str(refused.data["why"])
    return ""


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "tr0ub4dor and her three",
        "monkey dragon summer coffee",
        "おはようございます、みなさん、こんにちは",
        "пароль из пяти слов здесь",
        "🫖🍵🫖🍶🍺🥛🧃🧋🥤🍷🍸🍹🥂🧉🥃",
        "mika likes green tea at noon",
        "the kitchen is on fire again",
        "x7$Kq!9vL2#mPz4",
    ],
)
def test_a_long_one_of_any_kind_is_taken(password: str) -> None:
    assert why_not(password) == ""


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "short"),
        ("x7$Kq!9vL2#mPz", "short"),
        ("ｘ" * 14, "short"),
        ("x" * (CHARACTERS_MAX + 1), "long"),
        ("PASSWORD1234567890", "common"),
        ("passwordpassword", "common"),
        ("password password", "common"),
        ("Password!Password!", "common"),
        ("iloveyou iloveyou", "common"),
        ("111111111111111", "common"),
        ("abcabcabcabcabc", "common"),
        ("123456789012345", "common"),
        ("098765432109876", "common"),
        ("qwertyuiopasdfgh", "common"),
        ("zyxwvutsrqponmlk", "common"),
        ("1q2w3e4r5t6y7u8i9o0p", "common"),
        ("ＰＡＳＳＷＯＲＤ１２３４５６７", "common"),
        ("Aois-Kitchen-2026!", "own"),
        ("mikatanaka-mikatanaka", "own"),
        ("mika.tanaka@harbour-tea.example", "own"),
        ("!!Showfloor-2026!!", "own"),
    ],
)
def test_what_others_try_first_is_not(password: str, why: str) -> None:
    assert why_not(password) == why


def test_every_keyboard_writes_the_same() -> None:
    wide, composed = "ｔｈｒｅｅ　ｔｅａｐｏｔｓ　ｏｎ　ａ　ｓｈｅｌｆ", "cafe\u0301 au lait at three"
    assert kept_password(wide) == "three teapots on a shelf"
    assert kept_password(composed) == kept_password("caf\u00e9 au lait at three")


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(RefusedError):
        kept_password("a lone surrogate \ud800 in it")


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("", ""),
        ("curl/8.5.0", "curl"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("<script>\x00\u202e" + "x" * 5000, "<script>" + "x" * 32),
    ],
)
def test_a_device_is_told_in_a_few_words(agent: str, device: str) -> None:
    assert device_of(agent) == device
