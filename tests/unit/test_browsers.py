"""What browsers say of themselves, and what is made of it."""

import pytest

from server.browsers import browser_of

SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0{} Safari/537.36"
CUBOT = "Mozilla/5.0 (Linux; Android 13; CUBOT X90) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36"
)
GOOGLE = "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (SAFARI, "phone"),
        (ANDROID.format(" Mobile"), "phone"),
        (CUBOT, "phone"),
        (ANDROID.format(""), "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) Mobile/15E148", "tablet"),
        (WINDOWS, "desktop"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", "desktop"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)", "desktop"),
        ("Python/3.13 websockets/16.0", None),
        ("", None),
    ],
)
def test_a_browser_is_of_one_class_or_of_none(agent: str, device: str | None) -> None:
    found = browser_of({b"user-agent": agent.encode()})
    assert (found.device, found.crawler) == (device, False)


def test_a_hint_tells_a_phone_whose_name_does_not() -> None:
    assert browser_of({b"user-agent": b"odd", b"sec-ch-ua-mobile": b"?1"}).device == "phone"


@pytest.mark.parametrize(
    "agent",
    [
        GOOGLE,
        "facebookexternalhit/1.1;line-poker/1.0",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
        "Baiduspider/2.0",
        "WhatsApp/2.23.20.0",
    ],
)
def test_known_crawlers_are_told_apart(agent: str) -> None:
    assert browser_of({b"user-agent": agent.encode()}).crawler
