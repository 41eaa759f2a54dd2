"""An address is read one way, whoever wrote it down, and one household is one address."""

import pytest

from server.hub.address import ADDRESS_CHARACTERS_MAX, address_key


@pytest.mark.parametrize(
    "told",
    [
        "203.0.113.7",
        " 203.0.113.7 ",
        "203.0.113.7:4711",
        '"203.0.113.7:4711"',
        "::ffff:203.0.113.7",
        "[::ffff:203.0.113.7]:4711",
    ],
)
def test_an_ipv4_address_is_one_however_it_is_written(told: str) -> None:
    assert address_key(told) == "203.0.113.7"


@pytest.mark.parametrize(
    "told",
    [
        "2001:db8:1:2::1",
        "2001:DB8:1:2:ffff:ffff:ffff:ffff",
        "[2001:db8:1:2::9]:4711",
        "[2001:db8:1:2::9]",
        "2001:db8:1:2::9%eth0",
    ],
)
def test_ipv6_addresses_of_one_network_are_one(told: str) -> None:
    assert address_key(told) == "2001:db8:1:2::/64"


def test_another_network_is_another() -> None:
    assert address_key("2001:db8:1:3::1") != address_key("2001:db8:1:2::1")


@pytest.mark.parametrize("told", ["", "unknown", "_hidden", "203.0.113", "[", "]", "::%", "a" * 5000])
def test_what_is_no_address_is_a_short_key_of_its_own(told: str) -> None:
    assert 0 < len(address_key(told)) <= ADDRESS_CHARACTERS_MAX
