"""What the bus counts about itself."""

from prometheus_client import Counter, Gauge, Histogram

ALIVE = Gauge("showfloor_bus_alive", "1 while this process hears itself through Redis")
CONNECTED = Counter("showfloor_bus_connected", "Times the subscriptions were made anew")
ECHO_SECONDS = Histogram(
    "showfloor_bus_echo_seconds", "How long a message takes through Redis and back to the same process"
)
PUBLISHED = Counter("showfloor_bus_published", "Messages handed to Redis")
RECEIVED = Counter("showfloor_bus_received", "Messages from other processes")
DROPPED = Counter(
    "showfloor_bus_dropped", "Messages not handed to Redis; the top check repairs that", ["cause"]
)
UNREADABLE = Counter("showfloor_bus_unreadable", "Messages that could not be decoded")
TICKS = Counter("showfloor_bus_ticks", "Ticks by how they went", ["result"])
SEEDED = Counter("showfloor_bus_seeded", "Shows whose counters were seeded anew from SQL")
