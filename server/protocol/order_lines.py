"""The line about what became of an order; see `lines`, which says how such structs are used."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

OrderState = Literal["paid", "shipped", "partially_refunded", "refunded", "cancelled"]


class OrderChanged(Struct, frozen=True, kw_only=True, tag_field="type", tag="order.changed"):
    """To its buyer's connections alone: the order stands otherwise than before.

    `refunded`: what was given back in all, in minor units of `currency`. `shipped_at`, `carrier` and `tracking`, an https address, are
    those of the parcel that went off last, and absent while none did.
    """

    order: str
    number: str
    state: OrderState
    currency: str
    refunded: int = 0
    shipped_at: str | UnsetType = UNSET
    carrier: str | UnsetType = UNSET
    tracking: str | UnsetType = UNSET
