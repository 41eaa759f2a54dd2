"""Who is calling: addresses as peers and proxies write them, which proxies are believed, and whom the limits count as one. Pure."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

ADDRESS_CHARACTERS_MAX = 64
HOPS_MAX = 16
"""Entries of X-Forwarded-For that are looked at, from the right."""
NETWORK_BITS = 64
"""Of an IPv6 address: what a provider gives to one household or one phone."""
MAPPED_BITS = 96
"""Of an IPv6 address that holds an IPv4 one."""
PORT_DIGITS_MAX = 5
LOCAL = "local"
"""The key of a peer without an address, such as one on a Unix socket."""

Address = IPv4Address | IPv6Address


def parse_address(told: str) -> Address | None:
    """Return the address that `told` is, or None when it is none.

    Takes what proxies write, with a port, brackets, quotes or a zone. An IPv4 address inside of an IPv6 one is the former.
    """
    return _parse(told) if len(told) <= ADDRESS_CHARACTERS_MAX else None


@lru_cache(maxsize=4096)
def _parse(told: str) -> Address | None:
    try:
        address = ip_address(_bare(told.strip(" \t").strip('"')))
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))  # without its zone
    return address


def _bare(told: str) -> str:
    """Return the address without brackets and port; raises ValueError for what is behind it and no port."""
    if told.startswith("["):
        bare, closed, port = told[1:].partition("]")
        if not closed or ":" not in bare or (port and not (port[0] == ":" and _is_port(port[1:]))):
            raise ValueError
        return bare
    if told.count(":") == 1:
        bare, _, port = told.partition(":")
        if not _is_port(port):
            raise ValueError
        return bare
    return told


def _is_port(told: str) -> bool:
    return told.isdecimal() and told.isascii() and len(told) <= PORT_DIGITS_MAX


@lru_cache(maxsize=4096)
def key_of(address: Address) -> str:
    """Return what an address is counted by: an IPv4 address as it is, an IPv6 one by its /64, such as `2001:db8:1:2::/64`."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), NETWORK_BITS), strict=False))


@lru_cache(maxsize=4096)
def _key_of_peer(peer: str) -> str:
    """Return what a peer is counted by; asked of every socket, most of which come from proxies and others that were here before."""
    address = parse_address(peer)
    return LOCAL if address is None else key_of(address)


# What the registries of special-purpose addresses (RFC 6890) say is not the public internet, what reaches an IPv4 address from an IPv6
# one, and where clouds tell a machine its credentials. Of IPv6 only 2000::/3 is given out at all.
_NOT_PUBLIC_IPV4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
_GIVEN_OUT_IPV6 = IPv6Network("2000::/3")
_NOT_PUBLIC_IPV6 = [
    IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]


def is_public(address: Address) -> bool:
    """Whether `address` is a host's on the public internet: not private, local, shared, reserved, multicast or a cloud's metadata.

    An IPv6 address that leads to an IPv4 one (mapped, NAT64, 6to4, Teredo) is none, whatever the latter is.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_IPV4)
    return address in _GIVEN_OUT_IPV6 and not any(address in network for network in _NOT_PUBLIC_IPV6)


class Networks:
    """A set of networks, such as `10.0.0.0/8` or one address. Raises ValueError for an entry that is no network."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._networks = [_parse_network(entry) for entry in entries]

    def __contains__(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


class Proxies:
    """Which peers are proxies whose word on the caller counts.

    `networks` are theirs, such as `10.0.0.0/8` or one address. Without any, `any_peer` says whether every peer is one, of which only
    the last entry is believed. Raises ValueError for an entry that is no network.
    """

    def __init__(self, networks: Iterable[str] = (), *, any_peer: bool = False) -> None:
        self._networks = [_parse_network(entry) for entry in networks]
        self._any_peer = any_peer and not self._networks

    def believe(self, peer: str | None) -> bool:
        """Whether `peer`, an address or None for one without, is a proxy of ours."""
        if not self._networks:
            return self._any_peer
        address = None if peer is None else parse_address(peer)
        return address is not None and self._are_ours(address)

    def caller_key(self, peer: str | None, forwarded_for: bytes | None) -> str:
        """Return what the caller is counted by: the peer's address, or what proxies of ours say in X-Forwarded-For.

        It is read from the right: each of our proxies has written the address of whoever called it. The first that is none of ours
        is the caller. What is no address ends the reading, and the last one before it counts: nobody chooses a key of their own.
        """
        if not forwarded_for or not self.believe(peer):
            return LOCAL if peer is None else _key_of_peer(peer)
        address = None if peer is None else parse_address(peer)
        hops_max = 1 if self._any_peer else HOPS_MAX
        for entry in reversed(forwarded_for.rsplit(b",", hops_max)[-hops_max:]):
            told = parse_address(entry.decode("latin-1"))
            if told is None:
                break
            address = told
            if not self._are_ours(told):
                break
        return LOCAL if address is None else key_of(address)

    def _are_ours(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


NO_PROXY = Proxies()


def _parse_network(entry: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(entry)
    except ValueError:
        raise ValueError(
            f"{entry!r} is no network; write it as 10.0.0.0/8, with no bits set behind the prefix, or as one address"
        ) from None
    mapped = None if isinstance(network, IPv4Network) else network.network_address.ipv4_mapped
    if mapped is not None and network.prefixlen >= MAPPED_BITS:
        return IPv4Network((int(mapped), network.prefixlen - MAPPED_BITS))
    return network
