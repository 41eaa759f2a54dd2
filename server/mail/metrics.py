"""What a worker tells of mail."""

from typing import Final

from prometheus_client import Counter, Gauge

ATTEMPTS = Counter(
    "showfloor_mail_attempts", "Messages handed to the SMTP server, by how that ended", ["ended"]
)
WAITING = Gauge("showfloor_mail_waiting", "Messages that wait, those between two tries among them")
OVERDUE = Gauge("showfloor_mail_overdue_seconds", "How long the first of them has been due; 0: none is")
OF_THE_WORKER: Final = frozenset(
    {"showfloor_mail_attempts", "showfloor_mail_waiting", "showfloor_mail_overdue_seconds"}
)
