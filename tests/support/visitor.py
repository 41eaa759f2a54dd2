"""A viewer who comes back: whoever goes away, the visitor joins again elsewhere with its position and checks that nothing is missing."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tests.support.lean_socket import LeanSocket, Line, RefusedUpgradeError

REPLY_SECONDS_MAX = 30.0
BACKOFF_SECONDS = (0.05, 1.0)
Addresses = Callable[[], Sequence[str]]


class LostError(Exception):
    """The socket went before the reply came: what became of the command is not known."""


class Visitor:
    """`stay()` keeps it in the show. Everything it saw adds up: `recovered`, `snapshots`, `closes` by code, `faults` in words."""

    def __init__(self, addresses: Addresses, *, token: str | None = None, playing: bool = False) -> None:
        self._addresses = addresses
        self._playing = playing
        self._next_id = 0
        self._replies: dict[int, asyncio.Future[Line]] = {}
        self._joined = asyncio.Event()
        self._gap = False
        self.socket: LeanSocket | None = None
        self.address = ""
        self.token = token
        self.id = ""
        self.epoch = ""
        self.offset = 0
        self.joins = self.recovered = self.snapshots = 0
        self.closes: Counter[int] = Counter()
        self.refused: Counter[int] = Counter()
        self.announced: list[str] = []
        self.pulse: Line = {}
        """The last value of each of the pulse's fields."""
        self.heard: Counter[str] = Counter()
        self.reconnects: list[tuple[float, int]] = []
        """When a `reconnect` came, by the monotonic clock, and its `after_ms`."""
        self.faults: list[str] = []
        self.may_return = asyncio.Event()
        """Cleared, it stays away once its socket has gone."""
        self.may_return.set()

    @property
    def is_in(self) -> bool:
        """Whether it is in the show now."""
        return self._joined.is_set()

    async def stay(self) -> None:
        """Be in the show until cancelled."""
        failures = 0
        try:
            while True:
                await self.may_return.wait()
                if failures:
                    pause = min(BACKOFF_SECONDS[1], BACKOFF_SECONDS[0] * 2**failures)
                    await asyncio.sleep(random.uniform(0, pause))
                try:
                    await self._visit()
                    failures = 1
                except ConnectionError as error:
                    if isinstance(error, RefusedUpgradeError):
                        self.refused[error.status] += 1
                    failures += 1
        finally:
            if self.socket is not None:
                self.socket.drop()

    async def _visit(self) -> None:
        """Join once, and return when the socket has gone."""
        self.address = random.choice(self._addresses())
        socket = self.socket = await LeanSocket.open(self.address, self._take)
        self._gap = False
        try:
            position = {"position": {"epoch": self.epoch, "offset": self.offset}} if self.epoch else {}
            token = {} if self.token is None else {"token": self.token}
            joined = await self._ask("join", show="demo", **token, **position)
            if joined["type"] != "joined":
                raise ConnectionError(joined["code"])
            if self._playing:
                socket.send({"type": "playing"})
            self._joined.set()
            self.closes[await socket.closed] += 1
        except LostError:
            raise ConnectionError("closed before joined came") from None
        finally:
            self._joined.clear()
            socket.drop()

    async def ask(self, type: str, **fields: Any) -> Line:
        """Send a command once it is in, and return the reply, also an error. Raises `LostError`."""
        await self._joined.wait()
        return await self._ask(type, **fields)

    async def insist(self, type: str, **fields: Any) -> Line:
        """Repeat a command that has a key until it is answered by something else than `later`, and return that."""
        while True:
            try:
                reply = await self.ask(type, **fields)
            except LostError:
                await asyncio.sleep(0)
                continue
            if reply.get("retry") != "later":
                return reply
            await asyncio.sleep(reply.get("retry_after_ms", 500) / 1000)

    async def _ask(self, type: str, **fields: Any) -> Line:
        socket = self.socket
        assert socket is not None, "whoever is in has a socket"
        self._next_id += 1
        id, reply = self._next_id, asyncio.get_running_loop().create_future()
        self._replies[id] = reply
        try:
            socket.send({"id": id, "type": type, **fields})
            await asyncio.wait(
                {reply, socket.closed}, timeout=REPLY_SECONDS_MAX, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            del self._replies[id]
        if reply.done():
            line: Line = reply.result()
            return line
        if not socket.closed.done():
            self.faults.append(f"no reply to {type}")
        raise LostError

    def _take(self, line: Line) -> None:
        kind = line["type"]
        self.heard[kind] += 1
        if kind == "joined":
            self._take_joined(line)
        elif kind == "reconnect":
            self.reconnects.append((time.monotonic(), line["after_ms"]))
        elif kind == "pulse":
            self.pulse.update(line)
        elif kind == "gap":
            self._gap = True
            assert self.socket is not None, "lines come by a socket"
            self.socket.transport.close()
        elif "offset" in line and "id" not in line:
            self._take_push(line)
        waiting = self._replies.get(line.get("id", -1))
        if waiting is not None and not waiting.done():
            waiting.set_result(line)

    def _take_joined(self, line: Line) -> None:
        self.joins += 1
        self.token, self.id = line.get("token", self.token), line["viewer"]
        position = line["position"]
        if line["recovered"]:
            self.recovered += 1
            if (position["epoch"], position["offset"]) != (self.epoch, self.offset):
                self.faults.append(f"recovered from {position}, not from {self.offset}")
        else:
            self.snapshots += 1
            if "snapshot" not in line:
                self.faults.append("neither recovered nor a snapshot")
            if position["epoch"] == self.epoch and position["offset"] < self.offset:
                self.faults.append(f"a snapshot of {position['offset']} after {self.offset}")
        self.epoch, self.offset = position["epoch"], position["offset"]

    def _take_push(self, line: Line) -> None:
        if self._gap:  # it knows that pushes are left out from here on, and recovers by its position
            return
        if line["offset"] != self.offset + 1:
            self.faults.append(f"{line['offset']} after {self.offset}")
        self.offset = line["offset"]
        if line["type"] == "announce":
            self.announced.append(line["text"])


@asynccontextmanager
async def visiting(*visitors: Visitor) -> AsyncIterator[None]:
    """Let all of them stay while the block runs; a fault of a visitor's is a fault of the test."""
    stays = [asyncio.create_task(visitor.stay()) for visitor in visitors]
    try:
        yield
    finally:
        for stay in stays:
            stay.cancel()
        ended = await asyncio.gather(*stays, return_exceptions=True)
    errors = [error for error in ended if isinstance(error, Exception)]
    assert not errors, errors[:3]
    faults = [fault for visitor in visitors for fault in visitor.faults]
    assert not faults, f"{len(faults)} faults: {faults[:5]}"
