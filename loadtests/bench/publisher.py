"""Publishes at a steady rate through a peer's own way in, from a thread on the client's core."""

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


class Publisher:
    """Connects at once; `start` begins to publish. A peer that takes nothing more for 5 s ends the publishing early."""

    def __init__(self, way: Way, rate: float, seconds: float) -> None:
        self._way = way
        self._rate = rate
        self._seconds = seconds
        self._socket = socket.create_connection(("127.0.0.1", way.port), timeout=STUCK_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in way.preamble:
            self._socket.sendall(part)
            self._socket.recv(1 << 16)
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
