"""What a purchase comes to: sums are exact and never negative; and what a checkout lacks."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.checkout.details import Address, Contact, Details, clean, marks_of
from server.checkout.rules import Method, OverLimit, Payers, Terms, Units, reckon, tax_in
from server.errors import RefusedError

AMOUNTS = st.integers(0, 10**9)
RATES = st.integers(0, 100_000)
POST = Method("post", {"en": "Post"}, 500, free_from_minor=5_000, countries=("JP",))
TERMS = Terms(buying="checkout", methods=(POST,), tax_thousandths=10_000, text={"en": "All sales"}, version=3)
HOME = Address("JP", "150-0001", "東京都", "渋谷区", "神宮前 1-2-3")
ANNA = Contact("Anna", "anna@example.com", "", HOME)
WHOLE = Details(ANNA, "post", terms=True)


@given(
    lines=st.lists(AMOUNTS, min_size=1, max_size=20),
    shipping=AMOUNTS,
    rate=RATES,
    shares=st.dictionaries(st.integers(-2, 25), st.integers(-10, 2 * 10**9)),
    less=st.integers(-10, 2 * 10**9),
)
def test_a_sum_is_exact_and_nothing_of_it_is_negative(
    lines: list[int], shipping: int, rate: int, shares: dict[int, int], less: int
) -> None:
    sum_ = reckon(lines, shipping, rate, shares=shares, shipping_less=less)
    assert sum_.items == sum(lines)
    assert sum_.items - sum_.discount + sum_.shipping == sum_.total >= sum_.tax >= 0
    assert 0 <= sum_.shipping <= shipping
    assert sum(sum_.shares.values()) == sum_.discount
    assert all(0 < share <= lines[nth] for nth, share in sum_.shares.items())


@given(total=AMOUNTS, rate=RATES)
def test_tax_is_the_part_of_a_sum_that_it_includes_rounded_half_up(total: int, rate: int) -> None:
    exact = Fraction(total * rate, 100_000 + rate)
    assert 0 <= exact + Fraction(1, 2) - tax_in(total, rate) < 1


@pytest.mark.parametrize(
    ("total", "thousandths", "tax"),
    [
        (1_100, 10_000, 100),  # ¥1,100 with 10 %
        (1_080, 8_000, 80),
        (105, 10_000, 10),  # 9.545… → 10, in yen
        (1_199, 20_000, 200),  # $11.99: 1.998… → 2.00
        (10_887, 8_875, 887),  # New York's three decimals
        (12_345, 5_000, 588),  # 12.345 dinars of Bahrain: 0.58785… → 0.588
        (3, 100_000, 2),  # exactly half a unit goes up
        (0, 10_000, 0),
        (999, 0, 0),
    ],
)
def test_tax_in_currencies_of_0_2_and_3_decimals(total: int, thousandths: int, tax: int) -> None:
    assert tax_in(total, thousandths) == tax


def test_shipping_is_free_from_a_sum_of_items_on_and_goes_where_it_goes() -> None:
    assert [POST.costs(items) for items in (4_999, 5_000)] == [500, 0]
    assert [bool(TERMS.method("post", country, 1)) for country in ("JP", "", "US")] == [True, True, False]
    assert replace(TERMS, address_needed=False).methods_to("JP") == []


def test_who_chooses_no_shipping_gets_the_cheapest_that_goes_there_and_a_choice_stands() -> None:
    ways = [
        ("express", 900, None, ()),
        ("post", 500, 5_000, ("JP",)),
        ("sea", 700, None, ()),
        ("van", 700, None, ()),
    ]
    terms = Terms(methods=tuple(Method(id, {"en": id}, price, free, at) for id, price, free, at in ways))

    def chosen(id: str, country: str, items: int) -> str:
        method = terms.method(id, country, items)
        assert method is not None
        return method.id

    assert [chosen("", country, 1) for country in ("JP", "US")] == ["post", "sea"]
    assert [chosen(id, "JP", 1) for id in ("express", "van", "gone")] == ["express", "van", "post"]
    assert chosen("post", "US", 1) == "sea"


@pytest.mark.parametrize(
    ("details", "lacks"),
    [
        (WHOLE, []),
        (
            Details(),
            ["name", "email", "address/country", "address/postal_code", "address/city", "address/line1", "terms"],
        ),
        (replace(WHOLE, shipping="gone"), []),
        (replace(WHOLE, terms=False), ["terms"]),
        (replace(WHOLE, contact=replace(ANNA, address=replace(HOME, country="US"))), ["shipping"]),
        (
            replace(WHOLE, contact=replace(ANNA, address=replace(HOME, country="HK", postal_code=""))),
            ["shipping"],
        ),
    ],
)  # fmt: skip
def test_what_is_lacking_is_named(details: Details, lacks: list[str]) -> None:
    assert details.lacks(TERMS) == lacks


def test_a_channel_that_sends_nothing_and_has_no_terms_asks_for_name_and_mail_alone() -> None:
    assert Details().lacks(Terms(address_needed=False)) == ["name", "email"]


@pytest.mark.parametrize(
    ("contact", "at"),
    [
        (Contact(email="nobody"), "email"),
        (Contact(phone="call me"), "phone"),
        (Contact(name="a" * 101), "name"),
        (Contact(address=Address(country="Japan")), "address/country"),
        (Contact(address=Address(line1="x" * 201)), "address/line1"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(contact: Contact, at: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        clean(Details(contact))
    assert refusal.value.data["at"] == at


def test_whatever_is_typed_in_at_twice_is_the_same_payer() -> None:
    written = replace(ANNA, email="ANNA+drop@Example.com ", address=replace(HOME, line1="神宮前１－２－３ "))
    assert marks_of(clean(Details(written)).contact) == marks_of(ANNA)
    other = replace(ANNA, email="berta@example.com", address=replace(HOME, line2="201"))
    assert not marks_of(other) & marks_of(ANNA)
    assert marks_of(Contact()) == frozenset()


def test_a_payer_has_one_limit_by_whichever_mark_they_are_known() -> None:
    payers = Payers(3, [("mail", "h_1", "bowl", 1), ("home", "h_1", "bowl", 1), ("home", "h_2", "bowl", 1)])
    assert payers.take(Units("h_3", frozenset({"mail", "home"}), {"bowl": 2})) == OverLimit("bowl", 3, 1)
    assert payers.take(Units("h_3", frozenset({"mail", "home"}), {"bowl": 1, "cup": 3})) is None
    assert payers.take(Units("h_4", frozenset({"mail"}), {"bowl": 2})) == OverLimit("bowl", 3, 1)
    assert payers.take(Units("h_5", frozenset({"elsewhere"}), {"bowl": 3})) is None
    assert Payers(0, []).take(Units("h_6", frozenset({"mail"}), {"bowl": 99})) is None
    shirts = {"small": ("shirt", 2), "large": ("shirt", 2)}
    own = Payers(3, [("mail", "h_1", "shirt", 1)], shirts)
    wanted = Units("h_2", frozenset({"mail"}), {"small": 1, "large": 1})
    assert own.take(wanted) == OverLimit("large", 2, 1)
