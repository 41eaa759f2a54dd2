"""The pulse of a room: totals where the last value wins, and what of them has changed since the room was last told."""

from collections import Counter

from msgspec import Struct, json

from server.protocol.codec import encode
from server.protocol.pulse_line import Pulse
from server.protocol.pushes import ProductStock

APART = "apart"
"""Beside the kinds of reactions: taps that count apart."""


class _StockPush(Struct):
    products: list[ProductStock]


_stock_decoder = json.Decoder(_StockPush)


class RoomPulse:
    """Tallies taps until the next tick, keeps the show's totals, and writes a pulse push of what changed."""

    __slots__ = (
        "_added",
        "_changed_reactions",
        "_changed_stock",
        "_told_degraded",
        "_unheard",
        "apart",
        "degraded",
        "known",
        "quiet_ticks",
        "reactions",
        "viewers",
        "viewers_told",
        "watching",
    )

    def __init__(self) -> None:
        self.reactions: dict[str, int] = {}
        self.apart = 0
        """Taps of all processes that are in no total."""
        self.viewers = 0
        self.viewers_told = -1
        self.known = False
        """Whether anybody has said yet how many watch."""
        self.watching = 0
        """Those of this process, as the others were told last."""
        self.quiet_ticks = 0
        """Ticks since anything of it changed."""
        self.degraded = False
        self._told_degraded: bool | None = False
        """None: not all in the room were told the same."""
        self._added: dict[str, int] = {}
        self._unheard: Counter[str] = Counter()
        """What of `_added` this process has shown its own viewers already."""
        self._changed_reactions: set[str] = set()
        self._changed_stock: dict[str, int] = {}

    def tally(self, kind: str, n: int) -> None:
        """Add `n` taps of `kind`; they travel with the next tick."""
        self._added[kind] = self._added.get(kind, 0) + n

    @property
    def has_added(self) -> bool:
        """Whether there are taps for the next tick."""
        return bool(self._added)

    def take_added(self) -> dict[str, int]:
        """Return the taps since the last call, and forget them."""
        added, self._added = self._added, {}
        return added

    def learn(self, reactions: dict[str, int], viewers: int) -> None:
        """Take over the show's totals over all processes."""
        self._unheard.clear()
        self._take_over(reactions, viewers)
        self.degraded = False

    def learn_alone(self, added: dict[str, int], viewers: int) -> None:
        """Go on with what this process knows by itself; the taps are kept and travel when the others can be heard again."""
        for kind, n in added.items():
            self.tally(kind, n)
        fresh = {kind: n - self._unheard[kind] for kind, n in self._added.items()}
        self._unheard = Counter(self._added)
        self._take_over({kind: self._total(kind) + n for kind, n in fresh.items()}, viewers)
        self.degraded = True

    def _take_over(self, reactions: dict[str, int], viewers: int) -> None:
        for kind, total in reactions.items():
            if kind == APART:
                self.apart = total
            elif self.reactions.get(kind) != total:
                self.reactions[kind] = total
                self._changed_reactions.add(kind)
        self.viewers, self.known = viewers, True

    def _total(self, kind: str) -> int:
        return self.apart if kind == APART else self.reactions.get(kind, 0)

    def learn_stock(self, product_id: str, units: int) -> None:
        """Take over a product's units left."""
        self._changed_stock[product_id] = units

    def learn_stock_of(self, line: bytes) -> None:
        """Take over what a `product.stock` push says."""
        for change in _stock_decoder.decode(line).products:
            self.learn_stock(change.product, change.stock)

    @property
    def changed(self) -> bool:
        """Whether anything has changed since the last line."""
        return (
            bool(self._changed_reactions or self._changed_stock)
            or self.viewers != self.viewers_told
            or self.degraded != self._told_degraded
        )

    def take_line(self) -> bytes | None:
        """Return a pulse line with what changed since the last one, or None."""
        if not self.changed:
            return None
        viewers = self.viewers if self.viewers != self.viewers_told else None
        reactions = {kind: self.reactions[kind] for kind in sorted(self._changed_reactions)} or None
        stock = self._changed_stock or None
        degraded = self.degraded if self.degraded != self._told_degraded else None
        self.viewers_told, self._told_degraded = self.viewers, self.degraded
        self._changed_reactions, self._changed_stock = set(), {}
        return encode(Pulse(reactions, viewers, stock, degraded))

    def apart_line(self) -> bytes:
        """Return a pulse line that only staff may read: how many taps are in no total."""
        return encode(Pulse(reactions_apart=self.apart))

    def whole_line(self) -> bytes:
        """Return a pulse line with everything, for one who has just joined: also what is not so, which they may have heard elsewhere.

        What the others have not been told yet is told to all next time, even if it is as before by then.
        """
        if self.viewers != self.viewers_told:
            self.viewers_told = -1
        if self.degraded != self._told_degraded:
            self._told_degraded = None
        return encode(Pulse(self.reactions, self.viewers, None, self.degraded))
