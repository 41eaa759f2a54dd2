"""Amounts as Stripe counts them, where that differs from ISO 4217."""

import pytest

from server.payments.stripe_shapes import at_stripe, from_stripe


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [
        ("JPY", 1500, 1500),
        ("USD", 1999, 1999),
        ("ISK", 500, 50_000),
        ("UGX", 7, 700),
        ("MGA", 1200, 12),
        ("MGA", 1250, None),
        ("KWD", 1250, 1250),
        ("KWD", 1255, None),
    ],
)
def test_amounts_are_counted_as_stripe_counts_them(currency: str, ours: int, theirs: int | None) -> None:
    assert at_stripe(ours, currency) == theirs
    if theirs is not None:
        assert from_stripe(theirs, currency) == ours
