"""How figures read in a terminal."""

import pytest

from server.stats.money import divide_half_up
from server.stats.ratio import Ratio
from server.stats.report import Headline
from server.stats.terminal import as_duration, as_money, as_ratio, say


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (183_000, "JPY", "183,000 JPY"),
        (1_830, "EUR", "18.30 EUR"),
        (-5, "USD", "-0.05 USD"),
        (1_234, "KWD", "1.234 KWD"),
        (1_830, "XAF", "1,830 XAF"),
        (1_830, "LYD", "1.830 LYD"),
        (1_830, "HUF", "18.30 HUF"),
        (12_345, "CLF", "1.2345 CLF"),
        (None, "JPY", "–"),
    ],
)
def test_money_has_its_currencys_digits(minor: int | None, currency: str, text: str) -> None:
    assert as_money(minor, currency) == text


def test_durations_and_ratios() -> None:
    assert [as_duration(s) for s in (None, 0, 245, 3_723)] == ["–", "0:00", "4:05", "1:02:03"]
    assert as_ratio(Ratio.of(61, 412)) == "14.8 %  (61 of 412)"
    assert as_ratio(Ratio.of(0, 0)) == "–  (0 of 0)"
    assert as_ratio(None) == "–"


def test_a_headline_is_a_sentence() -> None:
    numbers = {"buyers": 61, "viewers": 412}
    assert say(Headline(key="bought", numbers=numbers)) == "61 of 412 viewers bought."
    seen = Headline(key="buyers_seen_before", numbers={"seen_before": 38, "recognisable": 50})
    assert say(seen) == "38 of 50 buyers we may recognise had been in an earlier show."
    sold = {"orders": 1, "units": 2, "amount_minor": 2_000, "currency": "JPY"}
    assert say(Headline(key="sold", numbers=sold)) == "Sold for 2,000 JPY: orders 1, units 2."


def test_money_is_divided_into_whole_minor_units() -> None:
    assert [divide_half_up(a, b) for a, b in ((5, 2), (4, 3), (5, 3), (7, 0))] == [3, 1, 2, None]
