"""Who buys, where it goes and how they are reached: cleaned, looked at for what lacks, and known again by digests. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from typing import Any, Final

from server.channels.rules import email_address, email_key
from server.checkout.rules import Language, Terms
from server.errors import RefusedError
from server.protocol.codes import Code
from server.text import clean_line, clean_text

NAME_CHARACTERS_MAX: Final = 100
LINE_CHARACTERS_MAX: Final = 200
NOTE_CHARACTERS_MAX: Final = 500
POSTAL_CHARACTERS_MAX: Final = 20
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{4,28}[0-9]")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LINES: Final = {"region": 100, "city": 100, "line1": LINE_CHARACTERS_MAX, "line2": LINE_CHARACTERS_MAX}
_WITHOUT_POSTAL_CODES: Final = frozenset(
    re.findall(
        "[A-Z]{2}",
        "AE AG AN AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GD GH GM GN GQ GY HK IE JM KI KM KN KP LC ML "
        "MO MR MS MU MW NR NU PA QA RW SB SC SL SR ST SY TF TG TK TL TO TT TV UG VU YE ZW ",
    )
)
"""Where letters find their way without one."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where something is sent; `country` by ISO 3166."""

    country: str = ""
    postal_code: str = ""
    region: str = ""
    city: str = ""
    line1: str = ""
    line2: str = ""

    def lacks(self) -> Iterator[str]:
        """Yield what a parcel would not arrive without."""
        needed = ["country", "city", "line1"]
        if self.country not in _WITHOUT_POSTAL_CODES:
            needed.insert(1, "postal_code")
        return (name for name in needed if not getattr(self, name))


@dataclass(frozen=True, slots=True)
class Contact:
    """Who buys and where it goes: what may be kept for the next time."""

    name: str = ""
    email: str = ""
    phone: str = ""
    address: Address = Address()

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept and shown."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Details:
    """What a buyer has filled in: empty where nothing was. `shipping`: the method that they chose, `terms`: they agree to the channel's."""

    contact: Contact = Contact()
    shipping: str = ""
    terms: bool = False
    gift_note: str = ""
    voucher: str = ""
    language: Language = "en"

    def lacks(self, terms: Terms) -> list[str]:
        """Return, by their place in the body, what has to be filled in before it can be paid."""
        contact = self.contact
        lacking = [name for name in ("name", "email") if not getattr(contact, name)]
        if terms.address_needed:
            lacking += [f"address/{name}" for name in contact.address.lacks()]
            if terms.methods and not terms.methods_to(contact.address.country):
                lacking.append("shipping")
        if terms.to_agree and not self.terms:
            lacking.append("terms")
        return lacking


def contact_from(kept: Mapping[str, Any]) -> Contact:
    """Return what was kept of before; what is not known any more is left out."""
    known = {each.name for each in fields(Contact)} - {"address"}
    place = {each.name for each in fields(Address)}
    address = {name: value for name, value in (kept.get("address") or {}).items() if name in place}
    given = {name: value for name, value in kept.items() if name in known and value}
    return Contact(**given, address=Address(**address))


def clean(given: Details) -> Details:
    """Return the details as they are kept; raises `invalid` with `at` for what cannot be one. What is empty stays empty."""
    contact = given.contact
    return replace(
        given,
        contact=Contact(
            name=_line("name", contact.name, NAME_CHARACTERS_MAX),
            email=_email(contact.email),
            phone=_phone(contact.phone),
            address=_address(contact.address),
        ),
        gift_note=_note(given.gift_note),
    )


def marks_of(contact: Contact) -> frozenset[str]:
    """Return the digests by which whoever pays is known again: of the e-mail address, and of the address where there is one.

    An address with a part behind `+` is the one without; of the other only letters and digits count, in any case and width.
    """
    marks = set()
    if contact.email:
        name, _, host = email_key(contact.email).partition("@")
        marks.add(_digest("email", f"{name.split('+')[0]}@{host}"))
    address = contact.address
    if address.line1:
        parts = (address.country, address.postal_code, address.city, address.line1, address.line2)
        marks.add(_digest("address", *map(_plain, parts)))
    return frozenset(marks)


def _plain(written: str) -> str:
    folded = unicodedata.normalize("NFKC", written).casefold()
    return "".join(each for each in folded if each.isalnum())


def _digest(kind: str, *parts: str) -> str:
    return sha256("\n".join((kind, *parts)).encode()).hexdigest()


def _line(at: str, given: str, characters_max: int) -> str:
    if not given.strip():
        return ""
    try:
        return clean_line(given, characters_max=characters_max)
    except RefusedError as refused:
        raise _wrong(at, refused.message) from None


def _note(given: str) -> str:
    if not given.strip():
        return ""
    try:
        return clean_text(given, characters_max=NOTE_CHARACTERS_MAX)
    except RefusedError as refused:
        raise _wrong("gift_note", refused.message) from None


def _email(given: str) -> str:
    if not given.strip():
        return ""
    try:
        return email_address(given)
    except RefusedError as refused:
        raise _wrong("email", refused.message) from None


def _phone(given: str) -> str:
    plain = unicodedata.normalize("NFKC", given).strip()
    if plain and not _PHONE.fullmatch(plain):
        raise _wrong("phone", "A telephone number has digits, with a + before them where a country's are.")
    return plain


def _address(given: Address) -> Address:
    country = given.country.strip().upper()
    if country and not _COUNTRY.fullmatch(country):
        raise _wrong("address/country", "A country is given by its two letters (ISO 3166), such as JP.")
    written = {name: _line(f"address/{name}", getattr(given, name), most) for name, most in _LINES.items()}
    postal = unicodedata.normalize("NFKC", given.postal_code)
    return Address(country, _line("address/postal_code", postal, POSTAL_CHARACTERS_MAX), **written)


def _wrong(at: str, why: str) -> RefusedError:
    return RefusedError(Code.INVALID, why, at=at, errors=[{"at": f"body/{at}", "why": why}])
