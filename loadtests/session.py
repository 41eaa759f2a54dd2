"""A viewer in a show: joins, recovers, sends commands, and checks that no journal push is missing or doubled."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import gevent
from gevent.event import AsyncResult

from loadtests.live_socket import Line, LiveSocket, SocketClosed

REPLY_SECONDS = 10.0


class Observer(Protocol):
    """Who is told what was measured. Milliseconds and bytes."""

    def measured(self, kind: str, name: str, ms: float, size: int = 0) -> None:
        """Something took `ms`."""

    def failed(self, kind: str, name: str, reason: str) -> None:
        """Something that must not happen did."""


class Refused(Exception):
    """The server answered a command with an error."""

    def __init__(self, line: Line) -> None:
        super().__init__(f"{line.get('code')}: {line.get('message')}")
        self.code = str(line.get("code"))
        self.line = line


class Session:
    """One viewer of one show over one socket at a time; token and position outlive the socket.

    `join()` first, and again after `joined` has become false.
    """

    def __init__(self, base_url: str, show: str, observer: Observer, *, token: str | None = None) -> None:
        self.base_url = base_url
        self.show = show
        self.token = token
        self.viewer = ""
        self.position: Line | None = None
        self.products: list[str] = []
        # What is sold, by its id: products, and of one with variants each variant instead.
        self.stock: dict[str, int] = {}
        self.questions: list[str] = []
        self.joined = False
        self.wait_ms = 0.0
        self._observer = observer
        self._socket: LiveSocket | None = None
        self._replies: dict[int, AsyncResult] = {}
        self._next_id = 1
        self._sent: Line | None = None

    def join(self, **fields: Any) -> Line:
        """Open a socket and join, with the last position where there is one.

        Returns `joined`; raises `Refused`, `SocketClosed` or `OSError`.
        """
        started = time.perf_counter()
        self._socket = LiveSocket(self.base_url)
        self._socket.open()
        gevent.spawn(self._read, self._socket)
        self._sent = self.position
        recovering = self.position is not None
        reply = self.command(
            "join", measure_as="", show=self.show, token=self.token, position=self.position, **fields
        )
        name = "join (recover)" if recovering else "join"
        self._observer.measured("socket", name, (time.perf_counter() - started) * 1000)
        self.joined = True
        return reply

    def command(self, type: str, *, measure_as: str | None = None, **fields: Any) -> Line:
        """Send a command, wait for its reply and return it. Refusals raise `Refused`; measured as `measure_as`, or by its type."""
        id, self._next_id = self._next_id, self._next_id + 1
        result = self._replies[id] = AsyncResult()
        started = time.perf_counter()
        try:
            self._send({"id": id, "type": type, **{k: v for k, v in fields.items() if v is not None}})
            reply: Line = result.get(timeout=REPLY_SECONDS)
        except gevent.Timeout:
            self._observer.failed("command", type, f"no reply within {REPLY_SECONDS:.0f} s")
            raise SocketClosed(None) from None
        finally:
            self._replies.pop(id, None)
        if measure_as != "":
            self._observer.measured("command", measure_as or type, (time.perf_counter() - started) * 1000)
        if reply["type"] == "error":
            raise Refused(reply)
        return reply

    def tell(self, type: str, **fields: Any) -> None:
        """Send a command without `id`: nobody answers, unless it is refused."""
        self._send({"type": type, **fields})

    def cut(self) -> None:
        """Lose the network."""
        self._leave(LiveSocket.cut)

    def close(self) -> None:
        """Leave the show."""
        self._leave(LiveSocket.close)

    def _leave(self, how: Callable[[LiveSocket], None]) -> None:
        self.joined = False
        left, self._socket = self._socket, None
        if left is not None:
            how(left)
        self._give_up_waiting(SocketClosed(None))

    def _send(self, line: Line) -> None:
        if self._socket is None:
            raise SocketClosed(None)
        self._socket.send(line)

    def _read(self, source: LiveSocket) -> None:
        try:
            while source is self._socket:
                before = source.received_bytes
                lines = source.receive()
                for line in lines:
                    self._take(line, (source.received_bytes - before) // len(lines))
        except SocketClosed as closed:
            self._lose(source, closed)

    def _lose(self, source: LiveSocket, closed: SocketClosed) -> None:
        if source is not self._socket:
            return  # We left by ourselves.
        self._give_up_waiting(closed)
        self.joined = False
        if closed.code != 1001:
            self._observer.failed("socket", "closed by server", str(closed))

    def _give_up_waiting(self, closed: SocketClosed) -> None:
        for reply in self._replies.values():
            reply.set_exception(closed)

    def _take(self, line: Line, size: int) -> None:
        if "id" in line:  # First: a reply may name an offset too.
            if line["type"] == "joined":
                self._take_joined(line)
            reply = self._replies.get(line["id"])
            if reply is not None:
                reply.set(line)
        elif "offset" in line:
            self._take_journal_push(line, size)
        elif line["type"] == "pulse":
            self._observer.measured("pulse", "pulse", 0.0, size)
            self.stock.update(line.get("stock", {}))
        elif line["type"] in ("reconnect", "gap"):
            self.wait_ms = float(line.get("after_ms", 0))
            self._observer.measured("socket", line["type"], self.wait_ms)
            self.close()
        elif line["type"] == "error":
            self._observer.failed("command", "without id", f"{line['code']}: {line['message']}")

    def _take_joined(self, line: Line) -> None:
        self.viewer = line["viewer"]
        self.token = line.get("token", self.token)
        if self._sent is not None and line["recovered"] and line["position"] != self._sent:
            self._observer.failed("socket", "join (recover)", "recovered, but from another position")
        self.position = dict(line["position"])
        if "snapshot" in line:
            products = line["snapshot"]["products"]
            self.products = [product["id"] for product in products]
            at_once = (product for product in products if "buying" not in product)  # else by a checkout
            sold = (each for product in at_once for each in product.get("variants", [product]))
            self.stock = {each["id"]: each["stock"] for each in sold}
            self.questions = [question["id"] for question in line["snapshot"]["questions"]]

    def _take_journal_push(self, line: Line, size: int) -> None:
        """Check that `line` is the next one, measure how old it is, and keep what later commands need."""
        if self.position is None or line["offset"] <= self.position["offset"]:
            self._observer.failed("push", line["type"], "doubled")
            return
        if line["offset"] > self.position["offset"] + 1:
            missing = line["offset"] - self.position["offset"] - 1
            self._observer.failed("push", line["type"], f"{missing} missing before it")
        self.position["offset"] = line["offset"]
        if self.joined:  # What comes with `joined` is history: its age says nothing about delivery.
            self._observer.measured("push", line["type"], age_ms(line["at"]), size)
        if line["type"] == "question.posted":
            self.questions.append(line["question"]["id"])
        elif line["type"] == "product.stock":
            self.stock.update((change["product"], change["stock"]) for change in line["products"])


def age_ms(at: str) -> float:
    """Milliseconds between the server's time `at` and now. True only where both read the same clock."""
    return (time.time() - datetime.fromisoformat(at).timestamp()) * 1000
