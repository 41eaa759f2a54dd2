"""What is counted of refunds."""

from prometheus_client import Counter, Gauge

REFUNDS = Counter("showfloor_refunds", "Refunds that providers were asked for, by how they ended", ["state"])
WAITING = Gauge("showfloor_refunds_waiting", "Refunds that their providers have not done yet")
