"""Those beside a swarm who wait for each answer: hosts, askers, buyers, each on a socket of their own."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from tests.support.lean_socket import LeanSocket

SHOW = "demo"


@dataclass
class Seat:
    """One who does the same again and again, and how long each answer took; every line that came beside."""

    name: str
    socket: LeanSocket | None = None
    answers: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    pushes: list[dict[str, Any]] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    joined: dict[str, Any] = field(default_factory=dict)
    _asked: int = 0

    def take(self, line: dict[str, Any]) -> None:
        """Hear a line."""
        waiting = self.answers.pop(line.get("id", -1), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(line)
        elif "offset" in line:
            self.pushes.append(line)

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        assert self.socket is not None, "opened before"
        self._asked += 1
        answer = self.answers[self._asked] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self.socket.send({"id": self._asked, "type": type, **fields})
        line: dict[str, Any] = await asyncio.wait_for(answer, 60.0)
        if line["type"] == "error":
            self.refused.append(line["code"])
        else:
            self.took_ms.append((time.perf_counter() - began) * 1000)
        return line

    def told(self) -> str:
        """Return how long its answers took, in words."""
        refused = ", ".join(f"{n} × {code}" for code, n in Counter(self.refused).items())
        return (
            f"{self.name}: {len(self.took_ms)} answers, p50 {percentile(self.took_ms, 0.5):.0f} ms, "
            f"p99 {percentile(self.took_ms, 0.99):.0f} ms" + (f", refused {refused}" if refused else "")
        )


def percentile(times: Iterable[float], share: float) -> float:
    """Return the time within which so large a share of the answers came; 0 for none."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


async def again(do: Callable[[int], Awaitable[Any]], every_seconds: float, until: float) -> None:
    """Do something at a steady pace until then."""
    n, due = 0, time.monotonic()
    while time.monotonic() < until:
        await do(n)
        n, due = n + 1, due + every_seconds
        await asyncio.sleep(max(0.0, due - time.monotonic()))


async def sit(stack: AsyncExitStack, port: int, name: str, token: str | None, show: str = SHOW) -> Seat:
    """Have somebody join a show."""
    seat = Seat(name)
    seat.socket = await LeanSocket.open(f"127.0.0.1:{port}", seat.take)
    stack.callback(seat.socket.drop)
    seat.joined = joined = await seat.ask("join", show=show, **({} if token is None else {"token": token}))
    assert joined["type"] == "joined", joined
    seat.took_ms.clear()
    return seat
