"""An address is read one way, whoever wrote it down; one household is one address; only our own proxies say whose it is."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from server.addresses import HOPS_MAX, LOCAL, NO_PROXY, Proxies, key_of, parse_address
from server.settings import Settings

OURS = Proxies(["10.0.0.0/8", "2001:db8:ff::/48", "192.0.2.1"])
ANYBODY = Proxies(any_peer=True)
addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


def key(told: str) -> str | None:
    address = parse_address(told)
    return None if address is None else key_of(address)


@pytest.mark.parametrize(
    "told",
    [
        "203.0.113.7",
        " 203.0.113.7 ",
        "203.0.113.7:4711",
        '"203.0.113.7:4711"',
        "::ffff:203.0.113.7",
        "::ffff:cb00:7107",
        "[::ffff:203.0.113.7]:4711",
    ],
)
def test_an_ipv4_address_is_one_however_it_is_written(told: str) -> None:
    assert key(told) == "203.0.113.7"


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
    assert key(told) == "2001:db8:1:2::/64"


def test_another_network_is_another() -> None:
    assert key("2001:db8:1:3::1") != key("2001:db8:1:2::1")


JUNK = [
    "",
    "unknown",
    "_hidden",
    "203.0.113",
    "203.0.113.07",
    "203.0.113.7:",
    "203.0.113.7:http",
    "203.0.113.7:123456",
    "203.0.113.7 203.0.113.8",
    "[203.0.113.7]",
    "[2001:db8::1",
    "[2001:db8::1]4711",
    "[",
    "]",
    "::%",
    "a" * 5000,
    "1" * 5000,
]


@pytest.mark.parametrize("told", JUNK)
def test_what_is_no_address_is_none(told: str) -> None:
    assert parse_address(told) is None


@pytest.mark.parametrize("proxies", [OURS, ANYBODY])
@pytest.mark.parametrize("told", JUNK)
def test_nobody_chooses_a_key_of_their_own(proxies: Proxies, told: str) -> None:
    assert proxies.caller_key("10.0.0.1", f"198.51.100.1, {told}".encode()) == "10.0.0.1"


@pytest.mark.parametrize(
    ("forwarded_for", "caller"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7", "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7, 10.1.1.1", "203.0.113.7"),
        ("1.1.1.1,203.0.113.7:99 ,[2001:db8:ff:1::1]:5,\t192.0.2.1", "203.0.113.7"),
        ("::ffff:203.0.113.7, ::ffff:10.1.1.1", "203.0.113.7"),
        ("10.2.2.2, 10.1.1.1", "10.2.2.2"),
        ("1.1.1.1, unknown, 10.1.1.1", "10.1.1.1"),
        ("", "10.0.0.1"),
    ],
)
def test_the_caller_is_the_first_from_the_right_that_is_none_of_our_proxies(
    forwarded_for: str, caller: str
) -> None:
    assert OURS.caller_key("10.0.0.1", forwarded_for.encode()) == caller
    assert OURS.caller_key("::ffff:10.0.0.1", forwarded_for.encode()) == caller


def test_a_peer_that_is_no_proxy_of_ours_is_the_caller_whatever_it_claims() -> None:
    for proxies in (OURS, NO_PROXY):
        assert proxies.caller_key("198.51.100.9", b"203.0.113.7") == "198.51.100.9"
        assert not proxies.believe("198.51.100.9")
    assert OURS.caller_key(None, b"203.0.113.7") == NO_PROXY.caller_key(None, None) == LOCAL


def test_with_every_peer_a_proxy_its_own_entry_counts() -> None:
    assert ANYBODY.caller_key("198.51.100.9", b"1.1.1.1, 203.0.113.7") == "203.0.113.7"
    assert ANYBODY.caller_key(None, b"203.0.113.7") == "203.0.113.7"
    assert ANYBODY.caller_key("198.51.100.9", None) == "198.51.100.9"


def written(address: IPv4Address | IPv6Address, port: int | None, mapped: bool) -> str:
    """The address as one proxy or another writes it."""
    text = f"::ffff:{address}" if mapped and address.version == 4 else str(address)
    if port is None:
        return text
    return f"[{text}]:{port}" if ":" in text else f"{text}:{port}"


@given(
    claimed=st.lists(st.text(st.characters(codec="latin-1")), max_size=4),
    caller=addresses,
    hops=st.lists(st.ip_addresses(network="10.0.0.0/8"), max_size=HOPS_MAX - 1),
    port=st.none() | st.integers(0, 65_535),
    mapped=st.booleans(),
)
def test_whatever_a_caller_claims_they_are_counted_by_what_our_outermost_proxy_saw(
    claimed: list[str],
    caller: IPv4Address | IPv6Address,
    hops: list[IPv4Address],
    port: int | None,
    mapped: bool,
) -> None:
    seen = parse_address(str(caller))
    assert seen is not None
    assume(OURS.caller_key(str(seen), b"9.9.9.9") == key_of(seen))  # the caller is none of our proxies
    entries = [*claimed, written(caller, port, mapped), *(written(hop, port, mapped) for hop in hops)]
    assert OURS.caller_key("10.0.0.1", ", ".join(entries).encode("latin-1")) == key_of(seen)


@given(peer=addresses, header=st.binary(max_size=300))
def test_whatever_the_header_holds_the_key_is_that_of_an_address(
    peer: IPv4Address | IPv6Address, header: bytes
) -> None:
    for proxies in (OURS, ANYBODY, NO_PROXY, Proxies(["0.0.0.0/0", "::/0"])):
        found = proxies.caller_key(str(peer), header)
        assert key_of(ip_address(found.removesuffix("/64"))) == found


@pytest.mark.parametrize("entry", ["10.0.0.1/8", "proxy", "10.0.0.0/33", "", "10.0.0.0/8, 192.0.2.1"])
def test_a_network_that_is_none_is_refused_at_the_start(entry: str) -> None:
    with pytest.raises(ValidationError, match="no network"):
        Settings(trusted_proxies=[entry])


def test_a_network_of_mapped_addresses_is_an_ipv4_one() -> None:
    assert Proxies(["::ffff:10.0.0.0/104"]).believe("10.9.9.9")
