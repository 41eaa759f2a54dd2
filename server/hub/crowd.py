"""One person, many guests: whose votes and taps count apart.

Pure; the caller brings the time. A process knows the guests that came to it; known viewers and staff are never looked at.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import Enum
from itertools import islice

STANDINGS_MAX = 100_000
"""Guests remembered; beyond that those who joined longest ago are forgotten, a tenth at once."""
ADDRESSES_MAX = 10_000
"""Addresses with new guests of late; beyond that those whose last guest came longest ago are forgotten."""


@dataclass(frozen=True, slots=True)
class CrowdLimits:
    """As the settings have them; 0 lifts one. `allow_all` lifts them all."""

    burst_guests: int
    burst_seconds: float
    watch_seconds: float
    allow_all: bool = False

    @property
    def tells_suspects(self) -> bool:
        """Whether any guest can be in doubt; else nobody can say that there were no bots."""
        return not self.allow_all and bool(self.burst_guests or self.watch_seconds)


class Doubt(Enum):
    """Why a guest's votes and taps count apart."""

    BURST = "burst"
    UNWATCHED = "unwatched"


class Standing:
    """What is known of one guest over all their connections: whether they came in a burst, and how long they have watched."""

    __slots__ = ("_needed", "_players", "_since", "_watched_seconds", "burst", "suspect_in", "watched")

    def __init__(self, watch_seconds: float) -> None:
        self.burst = False
        self.watched = watch_seconds <= 0
        self.suspect_in = ""
        """The show in whose ledger they were called suspect last."""
        self._needed = watch_seconds
        self._watched_seconds = 0.0
        self._since = 0.0
        self._players = 0

    def play(self, now: float, *, playing: bool) -> None:
        """One more of their connections plays, or one less."""
        if playing:
            self._since = now if self._players == 0 else self._since
            self._players += 1
        elif self._players:
            self._players -= 1
            if self._players == 0:
                self._watched_seconds += now - self._since
                self.watched = self.watched or self._watched_seconds >= self._needed

    def doubt(self, now: float) -> Doubt | None:
        """Return why what they do now counts apart; None: it counts."""
        if self.burst:
            return Doubt.BURST
        if not self.watched:
            playing = now - self._since if self._players else 0.0
            self.watched = self._watched_seconds + playing >= self._needed
        return None if self.watched else Doubt.UNWATCHED


class Crowd:
    """The guests of one process. A join costs dictionary work; what a guest does costs the reading of one attribute or two."""

    def __init__(self, limits: CrowdLimits) -> None:
        self._limits = limits
        self._tells_suspects = limits.tells_suspects
        self._standings: dict[str, Standing] = {}
        """In the order in which they joined last. No OrderedDict, which holds half as much again for each."""
        self._newcomers: OrderedDict[str, deque[tuple[float, Standing]]] = OrderedDict()

    def arrive(self, viewer_id: str, host: str, now: float) -> None:
        """Note a new guest. With more than `burst_guests` of one address within `burst_seconds`, all of those are a burst."""
        limits = self._limits
        if limits.allow_all or not limits.burst_guests:
            return
        standing = self._standing(viewer_id)
        late = self._newcomers.pop(host, None) or deque()
        self._newcomers[host] = late
        while late and now - late[0][0] > limits.burst_seconds:
            late.popleft()
        late.append((now, standing))
        if len(late) > limits.burst_guests:
            self._call_burst(late)
        if len(self._newcomers) > ADDRESSES_MAX:
            self._newcomers.popitem(last=False)

    def find(self, viewer_id: str, *, guest: bool) -> Standing | None:
        """Return the standing of a guest who joins, kept or new; None for whoever is not looked at."""
        return self._standing(viewer_id) if guest and self._tells_suspects else None

    def known(self, viewer_id: str) -> Standing | None:
        """Return the standing of a guest who has joined here; None for anybody else."""
        return self._standings.get(viewer_id)

    def _standing(self, viewer_id: str) -> Standing:
        standing = self._standings.pop(viewer_id, None) or Standing(self._limits.watch_seconds)
        self._standings[viewer_id] = standing
        if len(self._standings) > STANDINGS_MAX:
            self._forget()
        return standing

    def _forget(self) -> None:
        """Forget many at once: to find the oldest of a dict, it is searched from its beginning."""
        for viewer_id in list(islice(self._standings, STANDINGS_MAX // 10)):
            del self._standings[viewer_id]

    def _call_burst(self, late: deque[tuple[float, Standing]]) -> None:
        """Mark all of them; those before the last are marked already, unless the burst begins with it."""
        for _, standing in reversed(late):
            if standing.burst:
                break
            standing.burst = True
        # One stays to tell the next ones from a fresh beginning; no deque grows with the size of a burst.
        while len(late) > self._limits.burst_guests:
            late.popleft()
