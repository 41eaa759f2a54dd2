"""Where an order goes: who gets it, how an address is written there, and what goes with it. Pure."""

from dataclasses import dataclass
from typing import Final

from server.shop.checked import Checked

_CONTACT: Final = (
    "name", "email", "phone", "country", "postal_code", "region", "city", "line1", "line2",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who gets an order, as they filled it in; empty where they did not, or were erased. `method` as they read it."""

    name: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""
    postal_code: str = ""
    region: str = ""
    city: str = ""
    line1: str = ""
    line2: str = ""
    method: str = ""
    gift_note: str = ""
    language: str = ""

    @property
    def label(self) -> list[str]:
        """The lines of a label, the name among them; empty ones are left out. In Japan the place comes first and the name last."""
        if self.country == "JP":
            place = f"{self.region}{self.city}{self.line1}"
            name = f"{self.name} 様" if self.name else ""
            lines = [f"〒{self.postal_code}" if self.postal_code else "", place, self.line2, name]
        else:
            town = " ".join(part for part in (self.postal_code, self.city) if part)
            lines = [self.name, self.line1, self.line2, town, self.region, self.country]
        return [line for line in lines if line]


NOBODY = Addressee()


def addressee_of(checked: Checked | None) -> Addressee:
    """Return who gets what was bought by a checkout."""
    if checked is None:
        return NOBODY
    delivery = checked.delivery
    contact = dict(delivery.contact or {})
    given = {**(contact.pop("address", None) or {}), **contact}
    known = {name: str(given[name]) for name in _CONTACT if given.get(name)}
    return Addressee(
        **known, method=delivery.method, gift_note=delivery.gift_note, language=delivery.language
    )
