"""A peer that speaks Stripe's HTTP API over a real socket, as far as this server uses it, and fails as Stripe and networks do.

It is written after Stripe's documentation of October 2026 and was never compared with Stripe itself.
"""

import asyncio
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from tests.support.stripe_books import Account, Books, Refusal

Fault = Literal["error", "error_after", "limit", "hang", "cut", "cut_after"]
"""What one call meets: 500 and nothing done; 500 though it was done, 429, no answer, a cut before or after it was done."""
Given = dict[str, str]
_HEAD_MAX = 64 * 1024
_ROUTES: list[tuple[str, re.Pattern[str], str]] = [
    ("GET", re.compile(r"/v1/account"), "account"),
    ("POST", re.compile(r"/v1/checkout/sessions"), "open"),
    ("GET", re.compile(r"/v1/checkout/sessions/(\w+)"), "session"),
    ("POST", re.compile(r"/v1/checkout/sessions/(\w+)/expire"), "expire"),
    ("POST", re.compile(r"/v1/payment_intents/(\w+)/capture"), "capture"),
    ("POST", re.compile(r"/v1/payment_intents/(\w+)/cancel"), "cancel"),
    ("POST", re.compile(r"/v1/refunds"), "refund"),
    ("GET", re.compile(r"/v1/refunds"), "refunds"),
]


@dataclass
class Kept:
    """A call under an idempotency key: with which words it came, and its answer once there is one."""

    words: str
    answer: tuple[int, Any] | None = None


@dataclass
class StripePeer:
    """See the module. `faults`: what the next calls of a name meet, the first first."""

    books: Books
    url: str = ""
    accounts: dict[str, Account] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    calls: list[tuple[str, Given]] = field(default_factory=list)
    """What was asked, with the idempotency key under `Idempotency-Key`."""
    keys: dict[tuple[str, str], Kept] = field(default_factory=dict)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    def add_account(self, secret: str, **given: Any) -> Account:
        """Open an account, to which `secret` is a key."""
        account = self.accounts[secret] = Account(f"acct_{secrets.token_hex(6)}", "_live_" in secret, **given)
        return account

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the calls of one connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                if not await self._answer(head.decode("latin-1"), reader, writer):
                    break
        writer.close()

    async def _answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        parts = urlsplit(target)
        given = dict(parse_qsl(parts.query if method == "GET" else body.decode(), keep_blank_values=True))
        name, ids = _route(method, parts.path)
        self.calls.append((name, given | {"Idempotency-Key": headers.get("idempotency-key", "")}))
        waiting = self.faults.get(name) or []
        fault = waiting.pop(0) if waiting else None
        if fault == "hang":
            await self.hanging.wait()
        if fault in ("hang", "cut"):
            return False
        if fault in ("error", "limit"):
            status, told = (500, {}) if fault == "error" else (429, _error("rate_limit", "too fast"))
        else:
            status, told = self._once(name, ids, given, headers)
        if fault == "cut_after":
            return False
        if fault == "error_after":
            status, told = 500, {}
        content = json.dumps(told).encode()
        reason = HTTPStatus(status).phrase
        # As in Stripe's: the library asks it whether to try again.
        writer.write(
            f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode()
        )
        writer.write(content)
        await writer.drain()
        return True

    def _once(self, name: str, ids: tuple[str, ...], given: Given, headers: Given) -> tuple[int, Any]:
        """Carry a call out once for each key, as Stripe does: its answer is kept unless it was refused before it began."""
        account = self.accounts.get(headers.get("authorization", "").removeprefix("Bearer "))
        if account is None:
            return 401, _error("invalid_request_error", "Invalid API Key provided")
        if name in account.lacks:
            return 403, _error(
                "invalid_request_error", "The provided key does not have the required permissions"
            )
        key = headers.get("idempotency-key", "") if name not in ("account", "session", "refunds") else ""
        words = json.dumps([name, ids, given], sort_keys=True)
        kept = self.keys.get((account.id, key)) if key else None
        if kept is not None and kept.words != words:
            return 400, _error(
                "idempotency_error", "Keys for idempotent requests can only be used with the same parameters"
            )
        if kept is not None and kept.answer is not None:
            return kept.answer
        try:
            answer = 200, self.books.carry_out(account, name, ids, given)
        except Refusal as refusal:
            answer = refusal.status, _error(refusal.type, refusal.message, refusal.code, refusal.param)
            if refusal.unbegun:
                return answer
        if key:
            self.keys[account.id, key] = Kept(words, answer)
        return answer


def _route(method: str, path: str) -> tuple[str, tuple[str, ...]]:
    for known, pattern, name in _ROUTES:
        if known == method and (found := pattern.fullmatch(path)):
            return name, found.groups()
    raise AssertionError(f"the peer knows no {method} {path}")


def _error(type: str, message: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    told = {"type": type, "message": message, "code": code, "param": param}
    return {"error": {name: value for name, value in told.items() if value is not None}}


@asynccontextmanager
async def stripe_peer(now: Callable[[], float] = time.time) -> AsyncIterator[StripePeer]:
    """Yield a peer that listens, with nobody's account on it. `now`: its clock, in seconds."""
    peer = StripePeer(Books(now))
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0, limit=_HEAD_MAX)
    host, port = server.sockets[0].getsockname()[:2]
    peer.url = f"http://{host}:{port}"
    try:
        yield peer
    finally:
        peer.hanging.set()
        server.close()
        await peer.books.telling.aclose()
