"""How long one HTTP connection is waited for, and its place in the count of those that are."""

import asyncio
from collections.abc import Callable

from server.hub import metrics
from server.hub.waiting import Waiting


class Patience:
    """Begins as one that is waited for and counted, since it has been so before its first bytes came."""

    __slots__ = ("_counted", "_for", "_loop", "_timer", "_unread", "_waiting", "host")

    def __init__(self, waiting: Waiting, host: str | None) -> None:
        self._waiting = waiting
        self.host = host
        self._loop = asyncio.get_running_loop()
        self._for: tuple[str, int] | None = None
        self._counted = True
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def wait(self, what: tuple[str, int] | None, seconds: float, late: Callable[[str], None]) -> None:
        """Wait for `what`, a word and the number of a request; None: for nothing. After `seconds`, unless they are 0, `late` is called.

        What is waited for already keeps its end, however much of it comes.
        """
        if what == self._for and self._counted == (what is not None):
            return
        self.stop()
        self._for = what
        if what is None:
            return
        self._counted = True
        self._waiting.begin(self.host)
        if seconds:
            self._timer = self._loop.call_later(seconds, self._end, late)

    def _end(self, late: Callable[[str], None]) -> None:
        assert self._for is not None, "a timer runs for something"
        metrics.TIMED_OUT.labels(self._for[0]).inc()
        late(self._for[0])

    def stop(self) -> None:
        """Wait for nothing, and count it out."""
        self._for = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._counted:
            self._counted = False
            self._waiting.end(self.host)

    def pause(self, seconds: float, transport: asyncio.Transport) -> None:
        """The peer does not read what is written: unless it reads within `seconds`, it is dropped."""
        self.resume()
        self._unread = self._loop.call_later(seconds, _drop_unread, transport)

    def resume(self) -> None:
        """The peer reads again, or is no longer written to."""
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


def _drop_unread(transport: asyncio.Transport) -> None:
    metrics.TIMED_OUT.labels("unread").inc()
    transport.abort()
