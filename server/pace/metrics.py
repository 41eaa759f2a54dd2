"""What the pace service counts about itself."""

from prometheus_client import Counter, Gauge

REFUSED = Counter("showfloor_pace_refused", "What was refused as too fast, by act and by whom", ["act", "by"])
ALONE = Gauge(
    "showfloor_pace_alone", "1 while limits hold for this process by itself, since Redis does not answer"
)
