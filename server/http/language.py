"""Which language a person reads: what the address asks for, else what the browser does, else English."""

from collections.abc import Iterator
from typing import Literal, get_args
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Scope

Language = Literal["en", "ja"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def language_of(scope: Scope) -> Language:
    """Return the language of a request's answer: `?lang=`, then `Accept-Language` by its weights (RFC 9110, section 12.5.4)."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [])
    for wish in [*asked, *weighed(", ".join(Headers(scope=scope).getlist("accept-language")))]:
        for language in LANGUAGES:
            if wish.lower().partition("-")[0] == language:
                return language
    return "en"


def weighed(header: str) -> Iterator[str]:
    """Yield the values of an `Accept…` header, the most wanted first, without those that are not wanted."""
    wishes: list[tuple[float, str]] = []
    for part in header.split(","):
        value, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((p.partition("=")[2] for p in parameters if p.lower().startswith("q=")), "1")
        try:
            wishes.append((float(weight), value))
        except ValueError:
            continue
    # Equally wanted ones stay in their order.
    for wanted, value in sorted(wishes, key=lambda wish: -wish[0]):
        if value and wanted > 0:
            yield value
