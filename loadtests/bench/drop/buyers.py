"""Thousands of buyers on one epoll loop, in a process of their own: each sends its next command as soon as the last is answered.

Frames are read and written here by hand: a library costs more for each of them than the server that is measured.
"""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from msgspec import json

IN_FLIGHT_MAX = 200
JOIN_SECONDS_MAX = 120.0
RECEIVE_BYTES = 256 * 1024
RISE = 10
_REPLIES = (b'"type":"ok"', b'"type":"error"')
_MARK = b'"text":"t='
"""In an announcement: behind it stands when it was sent, by CLOCK_MONOTONIC in nanoseconds."""

Script = Sequence[dict[str, Any]]
"""The commands of one purchase, one after the other. `"$key"` becomes a key of its own, `"$hold"` the hold of the reply before,
`"$rising"` a number above all that were sent before."""


@dataclass(slots=True)
class Buyer:
    """One socket: what it has not read to its end yet, and what it waits for."""

    socket: socket.socket
    number: int
    unread: bytearray = field(default_factory=bytearray)
    upgraded: bool = False
    joined: bool = False
    step: int = 0
    times: int = 0
    hold: str = ""
    sent_at: float = 0.0


@dataclass(slots=True)
class Found:
    """What came of a run: seconds from the first command of a purchase to its last answer, and what was refused, by code."""

    seconds: float
    bought: int
    times: list[float]
    refused: dict[str, int]
    pushes: list[float]
    """Seconds that announcements took to reach the buyers."""
    answers: list[float]
    """Seconds from the first command of each attempt to the answer that ended it, refusals among them."""


class Buyers:
    """So many viewers, spread over the servers at `ports`, all in the show when this returns."""

    def __init__(self, ports: Sequence[int], count: int, show: str) -> None:
        self._selector = selectors.DefaultSelector()
        self._join = frame(json.encode({"id": 1, "type": "join", "show": show}))
        self._script: list[dict[str, Any]] = []
        self._again = False
        self._rising = RISE
        self._waiting = 0
        self.times: list[float] = []
        self.pushes: list[float] = []
        self.answers: list[float] = []
        self.refused: Counter[str] = Counter()
        self._run = f"{time.time_ns():x}"
        self._buyers: list[Buyer] = []
        until = time.monotonic() + JOIN_SECONDS_MAX
        while (inside := sum(buyer.joined for buyer in self._buyers)) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{inside} of {count} buyers joined")
            more = min(count - len(self._buyers), IN_FLIGHT_MAX - (len(self._buyers) - inside))
            for number in range(len(self._buyers), len(self._buyers) + max(0, more)):
                self._open(ports[number % len(ports)], number)
            self._look(0.1)

    def buy(self, script: Script, seconds: float) -> Found:
        """Buy again and again for so long; purchases that were begun are finished and counted with the time that they took."""
        self._begin(script, again=True)
        began = time.monotonic()
        for buyer in self._buyers:
            self._send(buyer)
        while time.monotonic() < began + seconds:
            self._look(0.05)
        self._again, counted = False, len(self.times)
        took = time.monotonic() - began
        self._finish(30.0)
        return self._found(took, counted)

    def tap(self, script: Script, seconds: float) -> Found:
        """All tap once, evenly spread over so many seconds; returns once everybody is answered, or 30 s have gone by."""
        self._begin(script, again=False)
        began = time.monotonic()
        for nth, buyer in enumerate(self._buyers):
            while (late := began + seconds * nth / len(self._buyers) - time.monotonic()) > 0:
                self._look(late)
            self._send(buyer)
            if not nth % 20:
                self._look(0)
        self._finish(30.0)
        return self._found(time.monotonic() - began, len(self.times))

    def listen(self, seconds: float) -> Found:
        """Only read for so long."""
        self._begin([], again=False)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._look(0.05)
        return self._found(seconds, 0)

    def _begin(self, script: Script, *, again: bool) -> None:
        self._script, self._again, self._waiting = list(script), again, 0
        self.times, self.pushes, self.answers, self.refused = [], [], [], Counter()
        for buyer in self._buyers:
            buyer.step = 0

    def _finish(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._waiting and time.monotonic() < until:
            self._look(0.05)
        if self._waiting:
            self.refused["unanswered"] += self._waiting

    def _found(self, seconds: float, bought: int) -> Found:
        return Found(seconds, bought, self.times, dict(self.refused), self.pushes, self.answers)

    def _open(self, port: int, number: int) -> None:
        opened = socket.create_connection(("127.0.0.1", port), timeout=30)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        upgrade = (
            f"GET /v1/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        opened.sendall(upgrade.encode())
        opened.setblocking(False)
        buyer = Buyer(opened, number)
        self._buyers.append(buyer)
        self._selector.register(opened, selectors.EVENT_READ, buyer)

    def _look(self, seconds: float) -> None:
        for key, _ in self._selector.select(max(0.0, seconds)):
            self._read(key.data)

    def _read(self, buyer: Buyer) -> None:
        try:
            data = buyer.socket.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        if not data:
            raise ConnectionError(f"the server closed the socket of buyer {buyer.number}")
        buyer.unread += data
        if not buyer.upgraded:
            head, found, rest = bytes(buyer.unread).partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head:
                raise ConnectionError(head.decode())
            buyer.upgraded, buyer.unread = True, bytearray(rest)
            buyer.socket.sendall(self._join)
        for opcode, payload in take_frames(buyer.unread):
            if opcode == 9:
                buyer.socket.sendall(frame(payload, opcode=10))
            elif opcode < 3:
                self._hear(buyer, payload)

    def _hear(self, buyer: Buyer, payload: bytes) -> None:
        if not buyer.joined:
            buyer.joined = b'"type":"joined"' in payload
            return
        at = payload.find(_MARK)
        if at >= 0:
            sent = int(payload[at + len(_MARK) : at + len(_MARK) + 19])
            self.pushes.append((time.monotonic_ns() - sent) / 1e9)
        if any(mark in payload for mark in _REPLIES):
            for line in payload.split(b"\n"):
                if any(mark in line for mark in _REPLIES):
                    self._answered(buyer, json.decode(line))

    def _answered(self, buyer: Buyer, reply: dict[str, Any]) -> None:
        self._waiting -= 1
        if reply["type"] == "error":
            self.refused[reply["code"]] += 1
        elif reply.get("state") in ("failed", "cancelled", "refunding"):
            self.refused[reply["state"]] += 1
        elif buyer.step + 1 < len(self._script):
            buyer.hold = reply.get("hold", "")
            buyer.step += 1
            self._send(buyer)
            return
        else:
            self.times.append(time.monotonic() - buyer.sent_at)
        self.answers.append(time.monotonic() - buyer.sent_at)
        buyer.step = 0
        if self._again:
            self._send(buyer)

    def _send(self, buyer: Buyer) -> None:
        if buyer.step == 0:
            buyer.times += 1
            buyer.sent_at = time.monotonic()
        own: dict[str, Any] = {"$key": f"k-{self._run}-{buyer.number}-{buyer.times}", "$hold": buyer.hold}
        own["$rising"] = self._rising = self._rising + RISE
        command = {
            name: own.get(value, value) if isinstance(value, str) else value
            for name, value in self._script[buyer.step].items()
        }
        self._waiting += 1
        buyer.socket.sendall(frame(json.encode({"id": buyer.step + 2} | command)))


def frame(payload: bytes, *, opcode: int = 1) -> bytes:
    """Return a client's frame with a mask of zeros: valid, and its payload needs no work."""
    size = len(payload)
    head = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + head + bytes(4) + payload


def take_frames(unread: bytearray) -> list[tuple[int, bytes]]:
    """Take the whole frames off the front, and return their opcodes and payloads."""
    frames, at = [], 0
    while len(unread) - at >= 2:
        size, head = unread[at + 1] & 127, 2
        if size > 125:
            head = 4 if size == 126 else 10
            if len(unread) - at < head:
                break
            size = int.from_bytes(unread[at + 2 : at + head], "big")
        if len(unread) - at < head + size:
            break
        frames.append((unread[at] & 15, bytes(unread[at + head : at + head + size])))
        at += head + size
    del unread[:at]
    return frames


def serve(pipe: Connection) -> None:
    """Be told by a pipe: first the arguments of `Buyers`, then (method, arguments) again and again; answers with what came of each."""
    try:
        buyers = Buyers(*pipe.recv())
        pipe.send(None)
        while True:
            method, arguments = pipe.recv()
            run: Callable[..., Found] = getattr(buyers, method)
            pipe.send(run(*arguments))
    except EOFError:
        return
    except Exception as error:
        pipe.send(error)
