"""What is counted of webhooks. No label is an endpoint's: there may be any number of those."""

from prometheus_client import Counter, Gauge, Histogram

from server.webhooks.rules import FAILURES, OffReason

ATTEMPTS = Counter("showfloor_webhook_attempts", "Webhooks sent, by how that ended", ["outcome"])
ATTEMPT_SECONDS = Histogram(
    "showfloor_webhook_seconds",
    "How long an endpoint took to answer",
    buckets=(0.01, 0.05, 0.2, 0.5, 1, 2, 5, 10),
)
FAILED = Counter("showfloor_webhook_failed", "Deliveries given up after three days")
SWITCHED_OFF = Counter(
    "showfloor_webhook_switched_off",
    "Endpoints switched off, by why: dead for three days, or gone (410)",
    ["reason"],
)
UNSEALED = Counter(
    "showfloor_webhook_unsealed",
    "Deliveries put off because this process has not the secret that sealed their signing secret",
)
WAITING = Gauge("showfloor_webhook_waiting", "Deliveries that wait, those between two tries among them")
OVERDUE = Gauge("showfloor_webhook_overdue_seconds", "How long the first of them has been due; 0: none is")
ENDPOINTS = Gauge(
    "showfloor_webhook_endpoints", "Endpoints: on, or given up until somebody switches them on", ["state"]
)

_REASONS: tuple[OffReason, ...] = ("dead", "gone")
for _outcome in ("delivered", *FAILURES):
    ATTEMPTS.labels(_outcome)
for _reason in _REASONS:
    SWITCHED_OFF.labels(_reason)

OF_THE_WORKER = frozenset(
    f"showfloor_webhook_{name}"
    for name in (
        "attempts",
        "seconds",
        "failed",
        "switched_off",
        "unsealed",
        "waiting",
        "overdue_seconds",
        "endpoints",
    )
)
"""Families that only a process which delivers shows."""
