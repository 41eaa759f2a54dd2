"""One wheel per process for everything that must happen to a connection once in a while: pings, silence, ended tokens.

A timer per connection would cost memory and heap work for each; the wheel visits one bucket a second.
"""

from collections.abc import Iterator

from server.hub.connection import Connection


class Wheel:
    """Spreads connections over `spokes` buckets; `turn` yields the next bucket's, so each comes by once in `spokes` turns."""

    def __init__(self, spokes: int) -> None:
        self._buckets: list[dict[Connection, None]] = [{} for _ in range(max(1, spokes))]
        self._place: dict[Connection, int] = {}
        self._hand = 0
        self._fill = 0

    def add(self, connection: Connection) -> None:
        """Put a connection onto the wheel."""
        self._fill = (self._fill + 1) % len(self._buckets)
        self._buckets[self._fill][connection] = None
        self._place[connection] = self._fill

    def remove(self, connection: Connection) -> None:
        """Take it off; one that is not there is ignored."""
        place = self._place.pop(connection, None)
        if place is not None:
            del self._buckets[place][connection]

    def turn(self) -> Iterator[Connection]:
        """Move on by one bucket, and yield its connections."""
        self._hand = (self._hand + 1) % len(self._buckets)
        yield from list(self._buckets[self._hand])

    def __len__(self) -> int:
        return len(self._place)

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._place))
