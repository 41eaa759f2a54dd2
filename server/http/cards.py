"""The head of the viewer's page: what a search engine, a chat, or a person before any script sees of a show."""

from datetime import UTC, datetime, tzinfo
from html import escape
from typing import Literal, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.http.language import LANGUAGES, Language
from server.http.shells import Shells

DEFAULT_PICTURE = "/card.png"
DEFAULT_TITLE = "Showfloor"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS_JA = "月火水木金土日"
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LOCALES: dict[Language, str] = {"en": "en_US", "ja": "ja_JP"}


class Card(NamedTuple):
    """What everybody may know of a show; nobody's name is in it."""

    title: str
    channel: str
    state: Literal["scheduled", "live", "ended", "cancelled"]
    poster: str
    """An address, absolute or from this server's root; empty: none."""
    channel_id: str = ""
    starts_at: datetime | None = None
    time_zone: str = "UTC"
    """The channel's, by its IANA name: whoever reads a card in a chat is in no zone that a server knows."""
    alt: str = ""
    """What the poster shows; empty: nobody said."""


def head_of(shells: Shells, language: Language, base: str, path: str, card: Card | None) -> str:
    """Return the title, description, address and cards as HTML. `base` is scheme and host; None is the product's own card."""
    title, about = words_of(shells, language, card)
    named = title if card is None else shells.text(language, "card.title", title=title) or title
    picture = picture_of(base, card)
    address = f"{base}{path}"
    named_values = {"description": about, "twitter:card": "summary_large_image"}
    named_values |= {"twitter:title": title, "twitter:description": about, "twitter:image": picture}
    properties = {
        "og:type": "website",
        "og:site_name": DEFAULT_TITLE,
        "og:title": title,
        "og:description": about,
    }
    properties |= {
        "og:url": address,
        "og:image": picture,
        "og:image:alt": (card.alt if card is not None else "") or title,
        "og:locale": _LOCALES[language],
    }
    lines = [f"<title>{escape(named)}</title>", f'<link rel="canonical" href="{escape(address)}" />']
    lines += [f'<meta name="{name}" content="{escape(value)}" />' for name, value in named_values.items()]
    lines += [f'<meta property="{name}" content="{escape(value)}" />' for name, value in properties.items()]
    others = (other for other in LANGUAGES if other != language)
    lines += [f'<meta property="og:locale:alternate" content="{_LOCALES[other]}" />' for other in others]
    return "\n    ".join(lines)


def words_of(shells: Shells, language: Language, card: Card | None) -> tuple[str, str]:
    """Return title and description."""
    if card is None:
        return DEFAULT_TITLE, shells.text(language, "card.about") or DEFAULT_TITLE
    key, at = f"card.{card.state}", hour_of(language, card)
    if at and card.state == "scheduled":
        key = "card.planned"
    about = shells.text(language, key, channel=card.channel, at=at)
    return card.title, about or card.title


def hour_of(language: Language, card: Card) -> str:
    """Return when the show is planned, in the channel's zone and with its name; empty without a time."""
    if card.starts_at is None:
        return ""
    at = card.starts_at.astimezone(zone_of(card.time_zone))
    if language == "ja":
        day = f"{at.month}月{at.day}日({_DAYS_JA[at.weekday()]})"
    else:
        day = f"{_DAYS_EN[at.weekday()]} {at.day} {_MONTHS_EN[at.month - 1]}"
    return f"{day} {at:%H:%M} {at:%Z}"


def zone_of(name: str) -> tzinfo:
    """Return the zone of that name; UTC for one that is not known here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def picture_of(base: str, card: Card | None) -> str:
    """Return the address of the show's poster, else of the product's picture; drawings are shown by no chat."""
    poster = card.poster if card is not None else ""
    if not poster or urlsplit(poster).path.endswith(".svg"):
        return base + DEFAULT_PICTURE
    return poster if poster.startswith(("https://", "http://")) else base + poster


def first_sight(shells: Shells, language: Language, card: Card | None) -> str:
    """Return what stands in the viewer's page until its script has drawn it: the poster, the title, and what the show is."""
    if card is None:
        return ""
    title, about = words_of(shells, language, card)
    picture = (
        f'<img class="video" src="{escape(card.poster)}" alt="{escape(card.alt)}" />' if card.poster else ""
    )
    return (
        f'<main class="viewer"><section class="stage">{picture}'
        f'<div class="stage-top"><div class="show-title" data-served-title data-channel="{escape(card.channel_id)}">'
        f"<h1>{escape(title)}</h1></div></div>"
        f'<div class="cover"><span class="spinner"></span><p>{escape(about)}</p></div>'
        '</section><aside class="aside aside-served" aria-busy="true"></aside></main>'
    )
