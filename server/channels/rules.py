"""What a channel may be called and go by, pure."""

from dataclasses import dataclass
from typing import Literal

from server.currencies import CODES
from server.errors import RefusedError
from server.hosts import HOST_BYTES_MAX, page_origin
from server.protocol.codes import Code
from server.text import clean_line
from server.zones import find_zone

NAME_CHARACTERS_MAX = 80
ORIGINS_MAX = 50
ORIGIN_CHARACTERS_MAX = HOST_BYTES_MAX + len("https://")
Language = Literal["en", "ja"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a new channel is to be: `currency` by ISO 4217, `time_zone` by its IANA name."""

    name: str
    currency: str
    time_zone: str
    language: Language


def checked_plan(plan: Plan) -> Plan:
    """Return the plan as it is kept; raises `invalid`, naming the `field`, for what no channel can have."""
    return Plan(
        name=channel_name(plan.name),
        currency=known_currency(plan.currency),
        time_zone=known_zone(plan.time_zone),
        language=plan.language,
    )


def channel_name(given: str) -> str:
    """Return a channel's name as it is kept; raises `invalid`."""
    return clean_line(given, characters_max=NAME_CHARACTERS_MAX)


def known_currency(code: str) -> str:
    """Return an ISO 4217 code that is in use; raises `invalid`."""
    if code not in CODES:
        raise RefusedError(Code.INVALID, "There is no such currency; send its ISO 4217 code, such as JPY.")
    return code


def page_origins(given: list[str]) -> list[str]:
    """Return origins of pages as browsers write them, each once; raises `invalid`."""
    try:
        return list(dict.fromkeys(page_origin(entry.strip()) for entry in given))
    except ValueError as error:
        raise RefusedError(Code.INVALID, f"Not every entry can be let in: {error}.") from None


def known_zone(name: str) -> str:
    """Return a zone's IANA name; raises `invalid`."""
    find_zone(name)
    return name
