"""Values of cells: amounts, numbers, yes and no. Pure. Each raises `LineError` for what cannot be read."""

import re
import unicodedata
from urllib.parse import urlsplit

from server.catalogue.rules import AMOUNT_MAX, PER_VIEWER_MAX, STOCK_MAX
from server.currencies import CODES, minor_digits
from server.feeds.rules import LineError

_AMOUNT = re.compile(r"(-?)(?:(\d+)|(\d{1,3}(?:,\d{3})+))(?:\.(\d*))?")
_COMMA_AMOUNT = re.compile(r"(-?)(\d+),(\d{1,2})")
_DOTTED_AMOUNT = re.compile(r"(-?)(\d{1,3}(?:\.\d{3})+),(\d{1,2})")
_WITH_CODE = re.compile(r"(?:([A-Za-z]{3})\s*)?([^A-Za-z]*?)(?:\s*([A-Za-z]{3}))?")
_YES = frozenset({"true", "yes", "1", "active", "y"})
_NO = frozenset({"false", "no", "0", "archived", "draft", "n"})


def plain(text: str) -> str:
    """Return text with full-width digits and signs as the plain ones, without blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def amount(text: str, currency: str) -> int:
    """Return an amount in minor units of `currency`: `12.00`, `1,280`, `12,50`, with or without a code such as in `12.00 EUR`."""
    found = _WITH_CODE.fullmatch(plain(text))
    if found is None:
        raise LineError("price_unreadable", f"“{text}” is no price.")
    for code in (found[1], found[3]):
        if code and code.upper() in CODES and code.upper() != currency:
            raise LineError(
                "currency_other", f"The price is in {code.upper()}, and this channel sells in {currency}."
            )
        if code and code.upper() != currency:
            raise LineError("price_unreadable", f"“{text}” is no price.")
    return _minor(found[2].strip(), currency, text)


def _minor(number: str, currency: str, text: str) -> int:
    sign, whole, part = _split(number, text)
    digits = minor_digits(currency)
    part = part.rstrip("0") if len(part) > digits else part
    if len(part) > digits:
        raise LineError("too_many_decimals", f"{currency} has {digits} digits after the point.")
    minor = int(whole + part.ljust(digits, "0"))
    if sign and minor:
        raise LineError("price_negative", "A price is not below zero.")
    if minor > AMOUNT_MAX:
        raise LineError("price_unreadable", "The price is too high.")
    return minor


def _split(number: str, text: str) -> tuple[str, str, str]:
    if found := _AMOUNT.fullmatch(number):
        return found[1], (found[2] or found[3]).replace(",", ""), found[4] or ""
    if found := _COMMA_AMOUNT.fullmatch(number) or _DOTTED_AMOUNT.fullmatch(number):
        return found[1], found[2].replace(".", ""), found[3]
    raise LineError("price_unreadable", f"“{text}” is no price.")


def written_amount(minor: int, currency: str) -> str:
    """Return an amount as files have it: `12.00`, `1280`."""
    digits = minor_digits(currency)
    whole, part = divmod(minor, 10**digits)
    return f"{whole}.{part:0{digits}}" if digits else str(whole)


def units(text: str) -> int:
    """Return a number of units; fewer than none, as shops write what was oversold, are none."""
    found = re.fullmatch(r"(-?)(\d[\d,]*)(?:\.0*)?", plain(text))
    if found is None or len(found[2]) > 15:
        raise LineError("stock_unreadable", f"“{text}” is no number of units.")
    number = 0 if found[1] else int(found[2].replace(",", ""))
    if number > STOCK_MAX:
        raise LineError("stock_unreadable", f"There are at most {STOCK_MAX:,} units.")
    return number


def limit_per_viewer(text: str) -> int:
    """Return how many units one viewer may buy."""
    found = re.fullmatch(r"\d{1,9}", plain(text))
    if found is None or not 1 <= int(found[0]) <= PER_VIEWER_MAX:
        raise LineError("value_unreadable", f"A limit per viewer is from 1 to {PER_VIEWER_MAX:,} units.")
    return int(found[0])


def yes_or_no(text: str) -> bool:
    """Return what is said by `true`, `yes`, `1`, `active` and their opposites."""
    word = plain(text).casefold()
    if word not in _YES | _NO:
        raise LineError("value_unreadable", f"“{text}” is neither true nor false.")
    return word in _YES


def address(text: str) -> str:
    """Return the address of a picture: with https or http, or one of this server."""
    parts = urlsplit(text)
    if any(sign.isspace() for sign in text) or not (
        (parts.scheme in ("http", "https") and parts.netloc) or (text.startswith("/") and not parts.netloc)
    ):
        raise LineError("address_unreadable", f"“{text[:100]}” is no address of a picture.")
    return text
