"""The pace service of one process: buckets of its own, and for what matters those that all processes share.

A bucket of its own is asked first: it costs a look-up, and whoever is refused by it costs Redis nothing. What all processes share is then
asked of Redis; or, where nobody may wait (`note`), told to Redis a moment later, and what Redis knows holds here from then on. While Redis
is away the own buckets decide alone.
"""

import time
from collections.abc import Callable, Mapping

import structlog

from server.bus.buckets import SharedBuckets, Spending
from server.bus.connections import REDIS_AWAY
from server.hub.buckets import Buckets, too_fast
from server.pace import metrics
from server.pace.rates import SHARED, Act, By, Rates

ALONE_SECONDS = 1.0
"""After an answer that did not come Redis is left alone for so long: else everybody would wait for it in turn."""
TELL_SECONDS = 0.1
"""How often Redis is told what was not asked of it."""

Keys = Mapping[By, str]
log = structlog.get_logger()


class Pace:
    """See the module. Without `shared` it is this process's alone; with `limited=False` nothing is refused."""

    def __init__(
        self,
        rates: Rates,
        *,
        shared: SharedBuckets | None = None,
        alive: Callable[[], bool] = lambda: True,
        limited: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._buckets = {
            (act, by): Buckets(rate.per_minute if limited else 0, burst=rate.burst)
            for act, each in rates.items()
            for by, rate in each.items()
        }
        self._of = {
            act: [by for by in each if self._buckets[act, by].cost_seconds] for act, each in rates.items()
        }
        self._shared = shared
        self._alive = alive
        self._monotonic = monotonic
        self._told: dict[tuple[Act, By, str], int] = {}
        self._alone_until = 0.0
        self._alone = False

    @property
    def commands(self) -> Buckets:
        """The buckets of viewers' commands, which the dispatcher asks by itself: no call may stand between."""
        return self._buckets[Act.COMMAND, By.VIEWER]

    def note(self, act: Act, keys: Keys) -> None:
        """Count `act` for everybody in `keys`, without waiting; raises `too_fast` with `retry_after_ms`, and counts for nobody then."""
        if counted := self._take(act, keys):
            self._tell_later(act, keys, counted, 1)

    def give_back(self, act: Act, keys: Keys) -> None:
        """Put back what was spent for something that turned out not to count."""
        counted = [by for by in self._of[act] if by in keys]
        for by in counted:
            self._buckets[act, by].give_back(keys[by])
        self._tell_later(act, keys, counted, -1)

    async def spend(self, act: Act, keys: Keys) -> None:
        """Do the same, and for what processes share ask Redis before it is done. Nothing is done in between that is not counted yet."""
        counted = [by for by in self._take(act, keys) if by is not By.SOCKET]
        if self._shared is None or act not in SHARED or not counted or not self._is_heard():
            return
        untold = [(act, by, keys[by]) for by in counted if (act, by, keys[by]) in self._told]
        told = [self._spending(*key, n=self._told.pop(key), done=True) for key in untold]
        asked = [self._spending(act, by, keys[by]) for by in counted]
        waits = await self._ask(self._shared, [*told, *asked])
        now, refused = self._monotonic(), 0.0
        for by, wait in zip(counted, waits[len(told) :], strict=True):
            if wait > 0:
                self._buckets[act, by].hold(keys[by], wait, now)
                metrics.REFUSED.labels(act.value, by.value).inc()
                refused = max(refused, wait)
        if refused:
            raise too_fast(refused)

    async def tell(self) -> None:
        """Tell Redis what was noted since the last time, and let what is spent elsewhere hold here; what is not heard is forgotten."""
        told, self._told = self._told, {}
        if not told or self._shared is None or not self._is_heard():
            return
        spendings = [self._spending(*key, n=n, done=True) for key, n in told.items()]
        waits, now = await self._ask(self._shared, spendings), self._monotonic()
        for (act, by, key), wait in zip(told, waits, strict=True):
            if wait > 0:
                self._buckets[act, by].hold(key, wait, now)

    def _tell_later(self, act: Act, keys: Keys, counted: list[By], n: int) -> None:
        if self._shared is None or act not in SHARED:
            return
        for by in counted:
            if by is not By.SOCKET:  # no other process has it
                told = (act, by, keys[by])
                self._told[told] = self._told.get(told, 0) + n

    def _take(self, act: Act, keys: Keys) -> list[By]:
        """Take one from each bucket, or from none; there is no await in between."""
        counted = [by for by in self._of[act] if by in keys]
        if not counted:
            return counted
        now = self._monotonic()
        for by in counted:
            if wait := self._buckets[act, by].wait(keys[by], now):
                metrics.REFUSED.labels(act.value, by.value).inc()
                raise too_fast(wait)
        for by in counted:
            self._buckets[act, by].take(keys[by], now)
        return counted

    def _spending(self, act: Act, by: By, key: str, *, n: int = 1, done: bool = False) -> Spending:
        buckets = self._buckets[act, by]
        name = f"{act.value}:{by.value}:{key}"
        return Spending(name, buckets.cost_seconds, buckets.ahead_seconds, n, done)

    async def _ask(self, shared: SharedBuckets, spendings: list[Spending]) -> list[float]:
        """Return how long each has to wait; without an answer from Redis nobody has to, and it is left alone for a moment."""
        try:
            waits = await shared.spend(spendings)
        except REDIS_AWAY as error:
            self._alone_until = self._monotonic() + ALONE_SECONDS
            self._say(alone=True, error=type(error).__name__)
            return [0.0] * len(spendings)
        self._say(alone=False)
        return waits

    def _is_heard(self) -> bool:
        """Whether Redis is to be asked: after it did not answer only once this process hears itself through it again."""
        return not self._alone or (self._monotonic() >= self._alone_until and self._alive())

    def _say(self, *, alone: bool, error: str = "") -> None:
        if alone is self._alone:
            return
        self._alone = alone
        metrics.ALONE.set(alone)
        if alone:
            log.warning("pace.alone", error=error)
        else:
            log.info("pace.shared")
