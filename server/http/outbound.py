"""HTTP to addresses that strangers have chosen: webhooks, a merchant's keys, a sign-in provider.

A name is resolved once, every address that it has is looked at, and the connection goes to one of those: a name that says something
else a moment later (DNS rebinding) leads nowhere else. TLS and the Host header speak of the name as always.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache

import httpcore
import httpx

from server.addresses import Address, Networks, is_public, parse_address
from server.errors import RefusedError
from server.protocol.codes import Code
from server.settings import Settings

URL_CHARACTERS_MAX = 500
CONNECT_SECONDS_MAX = 5.0
LOOKED_AT_SECONDS_MAX = 3.0
RESOLVING_AT_ONCE_MAX = 8
KEPT_CONNECTIONS_MAX = 64
KEPT_SECONDS_MAX = 30.0
_WEB_PORTS = {"https": 443, "http": 80}
_FREE_PORTS_FROM = 1024
_DIGITS = frozenset("0123456789")

Resolve = Callable[[str, int], Awaitable[Iterable[Address]]]
"""Returns the addresses of a host; raises OSError when it has none."""


class AddressRefusedError(httpx.ConnectError):
    """Nothing was sent: the URL, or an address that its host has, is none to which this server goes."""


@dataclass(frozen=True, slots=True)
class OutboundRules:
    """Where this server may be sent: to public addresses by HTTPS, to those in `networks` too, and with `http` without TLS."""

    networks: Networks = field(default_factory=Networks)
    http: bool = False

    def allow(self, address: Address) -> bool:
        """Whether a connection may go to `address`."""
        return is_public(address) or address in self.networks

    def check(self, url: str) -> httpx.URL:
        """Return the URL; raises `AddressRefusedError`, which says why, for one that is refused before its host is looked up."""
        parsed = _parse(url)
        if parsed.scheme != "https" and not (self.http and parsed.scheme == "http"):
            raise AddressRefusedError("The address must begin with https://.")
        if not parsed.host or parsed.userinfo or parsed.fragment:
            raise AddressRefusedError("The address needs a host, and takes no user, password or #.")
        port = _port_of(parsed)
        if port != _WEB_PORTS[parsed.scheme] and not _FREE_PORTS_FROM <= port <= 65535:
            raise AddressRefusedError("The port must be the usual one, or one from 1024 on.")
        literal = parse_address(parsed.host)
        if literal is None and _looks_like_a_number(parsed.host):
            raise AddressRefusedError("The host must be a name, or an address written as usual.")
        if literal is not None:
            self.require_allowed([literal])
        return parsed

    def require_allowed(self, addresses: Iterable[Address]) -> None:
        """Raise `AddressRefusedError` unless a connection may go to every one of the addresses."""
        if not all(map(self.allow, addresses)):
            raise AddressRefusedError("The address leads to a network that is not the public internet.")


def _parse(url: str) -> httpx.URL:
    if len(url) > URL_CHARACTERS_MAX or not url.isprintable() or " " in url or "\\" in url:
        raise AddressRefusedError("This is no address of a web server.")
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise AddressRefusedError("This is no address of a web server.") from None


def _port_of(url: httpx.URL) -> int:
    return _WEB_PORTS[url.scheme] if url.port is None else url.port


def _looks_like_a_number(host: str) -> bool:
    """Whether the C library would read the host as an IPv4 address in one of its older ways: one number, octal, hexadecimal."""
    last = host.rstrip(".").rpartition(".")[2]
    return _DIGITS.issuperset(last) or last[:2].lower() == "0x"


class SystemResolver:
    """The machine's resolver, in threads of its own: a name server that does not answer holds up nobody else's names.

    Lookups of one name at a time share a thread.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVING_AT_ONCE_MAX, thread_name_prefix="resolve")
        self._under_way: dict[tuple[str, int], asyncio.Future[list[Address]]] = {}

    async def __call__(self, host: str, port: int) -> list[Address]:
        """Return every address of the host; raises OSError when it has none."""
        asked = (host, port)
        future = self._under_way.get(asked)
        if future is None:
            future = asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port)
            self._under_way[asked] = future
            future.add_done_callback(lambda _: self._under_way.pop(asked, None))
        return await asyncio.shield(future)

    def close(self) -> None:
        """Take no more names; those under way are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [parse_address(str(entry[4][0])) for entry in found]
    return [address for address in addresses if address is not None]


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to one of the addresses that were looked at."""

    def __init__(self, rules: OutboundRules, resolve: Resolve) -> None:
        self._rules = rules
        self._resolve = resolve
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = list(await self._resolve(host.strip("[]"), port))
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the host has no address") from error
        self._rules.require_allowed(addresses)
        failure: Exception = httpcore.ConnectError("the host has no address")
        for address in addresses:
            try:
                return await self._backend.connect_tcp(str(address), port, timeout, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: AsyncIterator[bytes]) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _httpx_errors():
            async for part in self._stream:
                yield part

    async def aclose(self) -> None:
        await self._stream.aclose()  # type: ignore[attr-defined]


class OutboundTransport(httpx.AsyncBaseTransport):
    """Carries requests of an `httpx.AsyncClient`, those of other libraries too, where `rules` allow; raises httpx's errors.

    Of those `AddressRefusedError` says that nothing was sent. `resolve` and `trust`, the TLS context, are for tests.
    """

    def __init__(
        self, rules: OutboundRules, resolve: Resolve, *, trust: ssl.SSLContext | None = None
    ) -> None:
        self._rules = rules
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust or _usual_trust(),
            max_connections=None,
            max_keepalive_connections=KEPT_CONNECTIONS_MAX,
            keepalive_expiry=KEPT_SECONDS_MAX,
            network_backend=_Pinned(rules, resolve),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = self._rules.check(str(request.url))
        assert isinstance(request.stream, httpx.AsyncByteStream), "an async client makes async bodies"
        sent = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _httpx_errors():
            response = await self._pool.handle_async_request(sent)
        assert not isinstance(response.stream, bytes), "the pool's bodies are streams"
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response.stream),  # type: ignore[arg-type]
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


@contextmanager
def _httpx_errors() -> Iterator[None]:
    """Raise httpx's error of the same name in the place of httpcore's."""
    try:
        yield
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        kind = getattr(httpx, type(error).__name__)
        raise kind(str(error)) from error


@cache
def _usual_trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # reading the authorities takes tens of milliseconds


class Outbound:
    """A process's way out: one client for all, which follows no redirects and hears of no proxy.

    How long a request may take is up to the caller; `resolve` and `trust` are for tests.
    """

    def __init__(
        self, rules: OutboundRules, *, resolve: Resolve | None = None, trust: ssl.SSLContext | None = None
    ) -> None:
        self.rules = rules
        self._system = SystemResolver()
        self._resolve = resolve or self._system
        self.transport = OutboundTransport(rules, self._resolve, trust=trust)
        """For clients of other libraries that are httpx's."""
        self.client = httpx.AsyncClient(
            transport=self.transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS_MAX),
        )

    async def require_fit(self, url: str) -> None:
        """Raise `invalid` for a URL that is refused already: as it is written, or by what its host says now.

        A host without an address may get one: it is looked at again whenever something is sent.
        """
        try:
            parsed = self.rules.check(url)
            with suppress(OSError, UnicodeError, TimeoutError):
                async with asyncio.timeout(LOOKED_AT_SECONDS_MAX):
                    self.rules.require_allowed(await self._resolve(parsed.host, _port_of(parsed)))
        except AddressRefusedError as error:
            wrong = [{"at": "body/url", "why": str(error)}]
            raise RefusedError(Code.INVALID, str(error), errors=wrong) from None

    async def close(self) -> None:
        """Close every connection."""
        await self.client.aclose()
        self._system.close()


def outbound_for(settings: Settings) -> Outbound:
    """Return the way out by the settings."""
    return Outbound(OutboundRules(Networks(settings.outbound_networks), http=settings.outbound_http))


async def read_at_most(response: httpx.Response, bytes_max: int) -> bytes | None:
    """Return the body of a streamed response; None when it is longer than `bytes_max`, of which no more is read.

    For a client that asks for `Accept-Encoding: identity`: what is compressed is not unpacked.
    """
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > bytes_max:
            return None
    return bytes(body)
