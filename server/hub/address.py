"""The one reading of a viewer's address: whom the limits count as one."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

ADDRESS_CHARACTERS_MAX = 64
NETWORK_BITS = 64
"""Of an IPv6 address: what a provider gives to one household or one phone."""


@lru_cache(maxsize=4096)
def address_key(told: str) -> str:
    """Return what an address is counted by: an IPv4 address as it is, an IPv6 one by its /64, such as `2001:db8:1:2::/64`.

    Takes what proxies write, with a port, brackets or a zone; an IPv4 address inside of an IPv6 one is the former. What is no address,
    such as the `unknown` of a proxy, is its own key, cut to `ADDRESS_CHARACTERS_MAX`.
    """
    try:
        address = ip_address(_bare(told.strip().strip('"')))
    except ValueError:
        return told.strip()[:ADDRESS_CHARACTERS_MAX] or "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), NETWORK_BITS), strict=False))


def _bare(told: str) -> str:
    """Return the address without port, brackets and zone."""
    if told.startswith("["):
        told = told[1:].partition("]")[0]
    elif told.count(":") == 1:
        told = told.partition(":")[0]
    return told.partition("%")[0]
