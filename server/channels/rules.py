"""What a channel and its people may be called and go by, pure."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from server.access.roles import ROLES, Role
from server.currencies import CODES
from server.errors import RefusedError
from server.hosts import HOST_BYTES_MAX, page_origin
from server.protocol.codes import Code
from server.text import clean_line
from server.zones import find_zone

NAME_CHARACTERS_MAX = 80
CART_CHARACTERS_MAX = 500
CART_NAMES = ("sku", "external_id", "product", "quantity", "attribution")
"""What a cart's address may hold in braces."""
ORIGINS_MAX = 50
ORIGIN_CHARACTERS_MAX = HOST_BYTES_MAX + len("https://")
PERSON_CHARACTERS_MAX = 40
EMAIL_CHARACTERS_MAX = 254
"""RFC 5321, by way of the path's 256."""
Language = Literal["en", "ja"]
MemberRole = Literal["moderator", "host", "analyst", "admin"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a new channel is to be: `currency` by ISO 4217, `time_zone` by its IANA name."""

    name: str
    currency: str
    time_zone: str
    language: Language


@dataclass(frozen=True, slots=True)
class Newcomer:
    """How somebody who joins is called, reached and known again."""

    name: str
    email: str
    password: str


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


def cart_template(given: str) -> str:
    """Return the template of a cart's address; raises `invalid` unless it is https and names nothing but what can be put in."""
    left = given
    for name in CART_NAMES:
        left = left.replace("{" + name + "}", "x")
    parts = urlsplit(left)
    if given and (
        parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or {*left} & {*'{}<>\\" '}
    ):
        raise RefusedError(
            Code.INVALID,
            "The cart's address begins with https://, and may hold {sku}, {quantity} and {attribution}.",
        )
    if given and ("{" in given.split("?", maxsplit=1)[0].partition("//")[2].partition("/")[0]):
        raise RefusedError(Code.INVALID, "The cart's host is the same for every product.")
    return given


def require_cart(order_taker: str, cart_url: str) -> None:
    """Raise `invalid` for a shop that takes the orders nowhere."""
    if order_taker == "shop" and not cart_url:
        wrong = [{"at": "body/cart_url", "why": "the shop's cart needs an address"}]
        raise RefusedError(Code.INVALID, "The shop's cart needs an address.", errors=wrong)


def person_name(given: str) -> str:
    """Return a person's name as it is kept and shown beside answers; raises `invalid`."""
    return clean_line(given, characters_max=PERSON_CHARACTERS_MAX)


def email_address(given: str) -> str:
    """Return an address as it is kept; raises `invalid` for what is none. Nobody is asked whether it receives mail."""
    try:
        found = validate_email(given.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise RefusedError(Code.INVALID, "This is no e-mail address.") from None
    if len(found.normalized) > EMAIL_CHARACTERS_MAX:
        raise RefusedError(Code.INVALID, f"An e-mail address has at most {EMAIL_CHARACTERS_MAX} characters.")
    return found.normalized


def email_key(email: str) -> str:
    """Return an address as it is compared: whatever the case and the width of its letters."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


def member_role(role: str) -> Role:
    """Return the role of one of a channel's people; `viewer` for what is none."""
    return next((each for each in ROLES if each == role), "viewer")


def require_admin_left(admins: Collection[str], person_id: str) -> None:
    """Raise `last_admin` if the person is the only one of `admins`: a channel keeps one who can let others in."""
    if set(admins) == {person_id}:
        raise RefusedError(Code.LAST_ADMIN)
