"""What a checkout adds to an order. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whom an order goes to. `contact` is name, e-mail, telephone and address; None of who was erased. `method` as the buyer read it."""

    contact: Mapping[str, Any] | None
    method: str
    gift_note: str
    language: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What an order comes to by its checkout, in minor units of its currency. `shares`: by line what the discount takes off it."""

    items_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    tax_name: str
    tax_percent: float
    total_minor: int
    delivery: Delivery
    shares: Mapping[int, int] = field(default_factory=dict)
    with_voucher: bool = False
