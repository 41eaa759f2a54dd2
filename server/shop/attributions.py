"""Attribution ids: what a shop's cart carries of the show that somebody came from, and hands back with the order.

Sealed, so that it tells nobody who watched what, and cannot be made by anybody else.
"""

import re
from binascii import hexlify, unhexlify
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from server.access.sealing import Sealing, UnsealError
from server.clock import Clock

CHARACTERS_MAX = 400
BELIEVED_FOR = timedelta(days=30)
_PURPOSE = "attribution"
_USUAL_ID = re.compile(r"[a-z]{1,2}_[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who went to the shop's cart from which show, with which product, when."""

    show_id: str
    viewer_id: str
    product_id: str
    at: datetime


class Attributions:
    """Makes and reads attribution ids."""

    def __init__(self, sealing: Sealing, clock: Clock) -> None:
        self._sealing = sealing
        self._clock = clock

    def make(self, show_id: str, viewer_id: str, product_id: str) -> str:
        """Return the id of who goes to the cart now: letters, digits, `-`, `_` and `.`."""
        told = [*map(_pack, (show_id, viewer_id, product_id)), int(self._clock.now().timestamp())]
        sealed = self._sealing.seal(msgspec.msgpack.encode(told), _PURPOSE)
        return sealed.replace("+", "-").replace("/", "_").rstrip("=")

    def read(self, id: str) -> Attribution | None:
        """Return what an id says; None for one that is none of ours, or over 30 days old."""
        if len(id) > CHARACTERS_MAX or not id.isascii():
            return None
        sealed = id.replace("-", "+").replace("_", "/")
        encoded = sealed.partition(".")[2]
        try:
            told = self._sealing.open(sealed + "=" * (-len(encoded) % 4), _PURPOSE)
        except UnsealError:
            return None
        show_id, viewer_id, product_id, seconds = msgspec.msgpack.decode(told)
        at = datetime.fromtimestamp(seconds, UTC)
        if self._clock.now() - at > BELIEVED_FOR:
            return None
        return Attribution(_unpack(show_id), _unpack(viewer_id), _unpack(product_id), at)


def _pack(id: str) -> str | bytes:
    """Return an id in half its length where it is one of our usual ones."""
    if not _USUAL_ID.fullmatch(id):
        return id
    kind, _, number = id.partition("_")
    return kind.encode() + b"_" + unhexlify(number)


def _unpack(packed: str | bytes) -> str:
    if isinstance(packed, str):
        return packed
    kind, _, number = packed.partition(b"_")
    return f"{kind.decode()}_{hexlify(number).decode()}"
