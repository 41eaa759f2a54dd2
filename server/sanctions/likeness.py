"""Who is likely somebody who is banned: by what their device and their address are known by. Pure.

Nobody's device or address is kept, but a mark of it, made with the server's secret, for the banned alone and for a time. A device tells one
person from another well enough; an address is shared by a household, an office or a carrier, and tells little.
"""

import hashlib
import hmac
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from server.addresses import is_public, parse_address

Signal = Literal["device", "address"]

DEVICE_SECONDS: Final = 24 * 3600
"""As long as a page keeps what tells its device."""
ADDRESS_SECONDS: Final = 30 * 60
"""So long after a ban somebody new from the same address is looked at."""
STRICT_SECONDS: Final = 30 * 24 * 3600
"""So long at most a device or an address is shut out: they come to belong to others."""
SHARERS_MAX: Final = 3
"""With more of one address in the room it says nothing of anybody: it is a carrier's, or an office's."""
MARK_BYTES: Final = 16


class Marks:
    """Makes marks. Another channel or another secret: other marks, which cannot be compared."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(f"marks of banned viewers {secret}".encode()).digest()

    def of(self, channel_id: str, signal: Signal, value: str) -> str:
        """Return the mark of what a page calls its device, or of what an address is counted by."""
        told = hmac.digest(self._key, f"{channel_id}\n{signal}\n{value}".encode(), "sha256")
        return told[:MARK_BYTES].hex()


def tells(host: str) -> bool:
    """Whether an address can tell anybody from others: one that is not public is a proxy's, or a whole network's."""
    address = parse_address(host.partition("/")[0])
    return address is not None and is_public(address)


class Mark(NamedTuple):
    """What somebody banned is known by: `strict`, where staff want all out who are known by it. Times in seconds since 1970."""

    sanction_id: str
    signal: Signal
    mark: str
    given_at: float
    until: float
    strict: bool


def until(signal: Signal, given_at: float, ends_at: float | None, *, strict: bool) -> float:
    """Return how long a mark of a ban is kept: no longer than the ban itself."""
    seconds = STRICT_SECONDS if strict else DEVICE_SECONDS if signal == "device" else ADDRESS_SECONDS
    return min(given_at + seconds, math.inf if ends_at is None else ends_at)


@dataclass(frozen=True, slots=True)
class Likeness:
    """That somebody is likely the person of a ban, and by what; `barred`: staff want them out for that."""

    sanction_id: str
    signal: Signal
    barred: bool


class Somebody(NamedTuple):
    """Who is looked at. `made_at`: when a guest was first here, in seconds since 1970."""

    guest: bool
    made_at: float
    host: str
    device_id: str


class Wary:
    """The marks of one show, and who is like them."""

    def __init__(self, marks: Marks, channel_id: str, known: Iterable[Mark]) -> None:
        self._marks = marks
        self._channel_id = channel_id
        self._known: dict[tuple[Signal, str], list[Mark]] = {}
        for each in known:
            self._known.setdefault((each.signal, each.mark), []).append(each)

    def __bool__(self) -> bool:
        return bool(self._known)

    def look(self, who: Somebody, now: float, sharers: Callable[[], int]) -> Likeness | None:
        """Return whom somebody is likely to be; `sharers` counts those in the room with their address, and is asked last.

        By the device: guests, and with `strict` everybody. By the address: with `strict` guests, else who is new since the ban.
        """
        by_device = self._find("device", who.device_id, now) if who.device_id else []
        by_address = self._find("address", who.host, now) if who.guest and tells(who.host) else []
        for mark in (*by_device, *by_address):
            if mark.strict:
                return Likeness(mark.sanction_id, mark.signal, barred=True)
        if not who.guest:
            return None
        for mark in by_device:
            return Likeness(mark.sanction_id, "device", barred=False)
        for mark in by_address:
            if who.made_at > mark.given_at and sharers() <= SHARERS_MAX:
                return Likeness(mark.sanction_id, "address", barred=False)
        return None

    def _find(self, signal: Signal, value: str, now: float) -> list[Mark]:
        if not self._known:
            return []
        found = self._known.get((signal, self._marks.of(self._channel_id, signal, value)), ())
        return [mark for mark in found if mark.until > now]
