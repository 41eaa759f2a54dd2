"""Publishes at a steady rate through a peer's own way in, and asks for replies meanwhile, each from a thread on the client's core."""

import socket
import struct
import threading
import time
from contextlib import suppress

from loadtests.bench.peers.peer import Way

TEXT_BYTES = 140
STUCK_SECONDS = 5


def message(size: int = TEXT_BYTES) -> str:
    """A JSON object of `size` bytes that holds the time, in nanoseconds of the monotonic clock, as the swarm reads it."""
    head = f'{{"type":"announce","text":"t={time.monotonic_ns():019d} '
    return head + "x" * (size - len(head) - 2) + '"}'


def open_way(way: Way) -> socket.socket:
    """Connect, and go through the preamble."""
    opened = socket.create_connection(("127.0.0.1", way.port), timeout=STUCK_SECONDS)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for part in way.preamble:
        opened.sendall(part)
        opened.recv(1 << 16)
    return opened


class Publisher:
    """Connects at once; `start` begins to publish. A peer that takes nothing more for 5 s ends the publishing early."""

    def __init__(self, way: Way, rate: float, seconds: float) -> None:
        self._way = way
        self._rate = rate
        self._seconds = seconds
        self._socket = open_way(way)
        # With a timeout of Python's own, a `recv` that must not wait would wait.
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STUCK_SECONDS, 0))
        self._thread = threading.Thread(target=self._run, name="publisher")
        self.sent = 0

    @property
    def due(self) -> int:
        """How many messages the whole time asks for."""
        return round(self._rate * self._seconds)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def finish(self) -> None:
        """Wait for the end and hang up."""
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        began = time.monotonic()
        with suppress(OSError):
            while self.sent < self.due:
                wait = began + self.sent / self._rate - time.monotonic()
                if wait > 0:
                    time.sleep(wait)
                self._socket.sendall(self._way.wrap(message(self._way.text_bytes)))
                self.sent += 1
                self._read_away()

    def _read_away(self) -> None:
        """Take what the peer answers, so that it never waits for us."""
        with suppress(BlockingIOError):
            while self._socket.recv(1 << 16, socket.MSG_DONTWAIT):
                pass


class Asker:
    """Sends one command after the other, `PAUSE_SECONDS` after the last reply, and notes how long each reply took."""

    PAUSE_SECONDS = 0.02

    def __init__(self, way: Way, question: bytes, reply: bytes) -> None:
        self._socket = open_way(way)
        self._question = question
        self._reply = reply
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="asker")
        self.took_ms: list[float] = []
        self._thread.start()

    def finish(self) -> float:
        """Stop, and return the time under which 99 of 100 replies came, in milliseconds; −1 without any."""
        self._ending.set()
        self._thread.join()
        self._socket.close()
        return sorted(self.took_ms)[int(len(self.took_ms) * 0.99)] if self.took_ms else -1.0

    def _run(self) -> None:
        with suppress(OSError):
            while not self._ending.wait(self.PAUSE_SECONDS):
                began = time.monotonic()
                self._socket.sendall(self._question)
                seen = b""
                while self._reply not in seen:
                    seen = seen[-64:] + self._socket.recv(1 << 16)
                self.took_ms.append((time.monotonic() - began) * 1000)
