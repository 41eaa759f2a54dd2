"""The rows of the tables, by name."""

ROOM = frozenset({"room"})
"""A room of 1,000: 20 and 300 publications a second."""
CALM = frozenset({"calm"})
"""A room of 100: a publication a second, and nothing else."""
CROWD = frozenset({"crowd"})
"""A room of 15,000: joins, memory, 4 publications a second."""
INBOUND = frozenset({"inbound"})
"""40,000 commands a second from 1,000 sockets."""
GROWTH = frozenset({"growth"})
"""1,000, 4,000 and 15,000 viewers."""
IDLE = frozenset({"idle"})
"""10,000 viewers to whom nothing happens."""
ALL = ("room", "calm", "crowd", "inbound", "growth", "idle")
