"""Whom requests may be for and whose pages may send them: Host (RFC 9110, section 7.2) and Origin (RFC 6454), and which are ours."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from http import HTTPStatus
from ipaddress import AddressValueError, IPv6Address
from typing import NamedTuple

HOST_BYTES_MAX = 261
"""A name of 255 characters, a colon, and five digits."""
PORT_MAX = 65_535
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(?::([0-9]*))?")
_EITHER_DEFAULT = (80, 443)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK = re.compile(r"127(\.[0-9]{1,3}){3}")
_FROM_HERE = (None, b"same-origin", b"none")
"""What Sec-Fetch-Site says of our own pages and of what a person typed; browsers of before 2023 say nothing."""


class Host(NamedTuple):
    """A host as it is compared: the name in lower case, an IPv6 address in its shortest form and brackets; no port: None."""

    name: str
    port: int | None


def parse_host(value: bytes | str) -> Host | None:
    """Return what a Host header names, or None when it names nothing that can be asked for."""
    if not 0 < len(value) <= HOST_BYTES_MAX:
        return None
    return _parse(value)


@lru_cache(maxsize=1024)
def _parse(value: bytes | str) -> Host | None:
    found = _AUTHORITY.fullmatch(value if isinstance(value, str) else value.decode("latin-1"))
    if found is None:
        return None
    name, port = found[1].lower(), int(found[2]) if found[2] else None
    if port is not None and port > PORT_MAX:
        return None
    if name.startswith("["):
        try:
            return Host(f"[{IPv6Address(name[1:-1]).compressed}]", port)
        except AddressValueError:
            return None
    plain = name.removesuffix(".")
    return Host(plain, port) if plain and ".." not in plain and plain[0] != "." else None


class Hosts:
    """The names that are ours: `shop.example`, `*.shop.example` (every name below it), `shop.example:8443` (on that port alone).

    None at all: every name is. Raises ValueError for an entry that is no such name.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._below: list[Host] = []
        self._exact: set[Host] = set()
        for entry in allowed:
            below = entry.startswith("*.")
            host = parse_host(_in_brackets(entry.removeprefix("*.")))
            if host is None:
                raise ValueError(f"{entry!r} is no host name; write it as shop.example, without https://")
            if below:
                self._below.append(host)
            else:
                self._exact.add(host)
        self.any = not self._exact and not self._below
        """Whether every name is ours."""

    def refusal(self, value: bytes | None) -> HTTPStatus | None:
        """Return None for a Host header that names us, 400 for one that is missing or malformed, 421 for another's name.

        Repeated headers, joined by commas, are malformed.
        """
        host = None if value is None else parse_host(value)
        if host is None:
            return HTTPStatus.BAD_REQUEST
        return None if self.any or self._is_ours(host) else HTTPStatus.MISDIRECTED_REQUEST

    def _is_ours(self, host: Host) -> bool:
        if Host(host.name, None) in self._exact or host in self._exact:
            return True
        if host.port is None and any(Host(host.name, port) in self._exact for port in _EITHER_DEFAULT):
            return True
        return any(
            host.name.endswith(f".{ours.name}") and ours.port in (None, host.port) for ours in self._below
        )


ANY_HOST = Hosts()


class Origin(NamedTuple):
    """Where a page comes from: the scheme, `http` or `https`, the name in lower case, and the port."""

    scheme: str
    name: str
    port: int


def parse_origin(value: bytes | str) -> Origin | None:
    """Return what an Origin header names; None for `null`, several, or what is no page of a web server."""
    text = value if isinstance(value, str) else value.decode("latin-1")
    scheme, found, authority = text.partition("://")
    default = _DEFAULT_PORTS.get(scheme.lower())
    host = parse_host(authority) if found else None
    if default is None or host is None:
        return None
    return Origin(scheme.lower(), host.name, default if host.port is None else host.port)


def page_origin(entry: str) -> str:
    """Return the origin of a merchant's pages as browsers write it: lower case, no default port.

    Raises ValueError for what is no origin, and for one that is not safe on its way: `http` is for this machine's own names alone.
    """
    origin = parse_origin(entry)
    if origin is None or not entry.isascii():
        raise ValueError("an origin is written as https://shop.example, without a path")
    if origin.scheme != "https" and not _is_loopback(origin.name):
        raise ValueError("an origin begins with https://; http:// is for localhost")
    port = "" if origin.port == _DEFAULT_PORTS[origin.scheme] else f":{origin.port}"
    return f"{origin.scheme}://{origin.name}{port}"


def _is_loopback(name: str) -> bool:
    """Whether browsers take the name for this machine's (Secure Contexts, section 3.1)."""
    return (
        name in ("localhost", "[::1]") or name.endswith(".localhost") or _LOOPBACK.fullmatch(name) is not None
    )


class Origins:
    """The origins whose pages may open what counts people or changes something: the server's own, `allowed`, and those of channels.

    A channel's hold for that channel alone: once it is known which one a request is about, `opens` is asked. Raises ValueError for an
    entry that is no origin, such as `https://shop.example` or `http://localhost:5173`.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed: set[Origin] = set()
        self._of_channels: Mapping[str, frozenset[Origin]] = {}
        self._of_any_channel: frozenset[Origin] = frozenset()
        for entry in allowed:
            origin = parse_origin(entry)
            if origin is None:
                raise ValueError(f"{entry!r} is no origin; write it as https://shop.example, without a path")
            self._allowed.add(origin)

    def take(self, of_channels: Mapping[str, frozenset[Origin]]) -> None:
        """Let the channels' origins be these, by the channel's id."""
        self._of_channels = of_channels
        self._of_any_channel = frozenset().union(*of_channels.values())

    def allow(self, headers: Mapping[bytes, bytes], scheme: str | None) -> bool:
        """Whether the page that sent this request may; `scheme` is how the server was reached, None where that is not known.

        A request without Origin comes from no script of a page: from another program, or from an address in a page, such as a
        picture's; of these a browser tells where they stand. `headers` have names in lower case, repeated ones joined by commas.
        """
        value = headers.get(b"origin")
        if value is None:
            return headers.get(b"sec-fetch-site") in _FROM_HERE
        origin = parse_origin(value)
        return origin is not None and (
            origin in self._of_any_channel or self._is_of_the_house(origin, headers, scheme)
        )

    def page_of(self, headers: Mapping[bytes, bytes], scheme: str | None) -> Origin | None:
        """Return where the page is from that sent this, if only channels let it in; None for every other caller."""
        value = headers.get(b"origin")
        origin = parse_origin(value) if value and self._of_any_channel else None
        if origin not in self._of_any_channel or origin is None:
            return None
        return None if self._is_of_the_house(origin, headers, scheme) else origin

    def opens(self, page: Origin | None, channel_id: str) -> bool:
        """Whether what `page_of` returned may ask about a channel."""
        return page is None or page in self._of_channels.get(channel_id, ())

    def _is_of_the_house(self, origin: Origin, headers: Mapping[bytes, bytes], scheme: str | None) -> bool:
        return origin in self._allowed or self._is_own(origin, headers, scheme)

    def _is_own(self, origin: Origin, headers: Mapping[bytes, bytes], scheme: str | None) -> bool:
        host = parse_host(headers.get(b"host", b""))
        if host is None or scheme not in (None, origin.scheme):
            return False
        port = _DEFAULT_PORTS[origin.scheme] if host.port is None else host.port
        return (origin.name, origin.port) == (host.name, port)


OWN_ORIGIN = Origins()


def _in_brackets(entry: str) -> str:
    """Return an IPv6 address that was written without its brackets with them; anything else as it is."""
    try:
        return f"[{IPv6Address(entry).compressed}]"
    except AddressValueError:
        return entry
