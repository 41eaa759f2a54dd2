"""What an order comes to by its checkout, over HTTP. Left out of one without a checkout."""

from typing import Any

from pydantic import Field

from server.http.params import Face
from server.shop.rules import Order


def _is_none(value: object) -> bool:
    return value is None


def _absent(description: str) -> Any:
    return Field(default=None, exclude_if=_is_none, description=description)


class CheckedFace(Face):
    """In minor units of the order's `currency`. `amount`, and that of its lines, are less the discount, and without shipping."""

    discount: int | None = _absent("What was taken off; absent without a checkout.")
    shipping: int | None = _absent("Absent without a checkout.")
    total: int | None = _absent("What was paid: `amount` and `shipping`; absent without a checkout.")
    tax: int | None = _absent("How much of `total` is tax; absent without a checkout.")
    tax_name: str | None = _absent("As the channel calls it.")
    tax_percent: float | None = _absent("The rate, which prices include.")


def checked_fields(order: Order) -> dict[str, Any]:
    """Return the fields of a `CheckedFace`; None for what an order does not have."""
    checked = order.checked
    if checked is None:
        return {}
    return {
        "discount": checked.discount_minor,
        "shipping": checked.shipping_minor,
        "total": checked.total_minor,
        "tax": checked.tax_minor,
        "tax_name": checked.tax_name or None,
        "tax_percent": checked.tax_percent or None,
    }
