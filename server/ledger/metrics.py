"""What the recorder and the ledger's worker count about themselves."""

from prometheus_client import Counter, Gauge, Histogram

FLUSHES = Counter("showfloor_ledger_flushes", "Flushes that the recorder has handed to Redis")
FLUSHES_FAILED = Counter(
    "showfloor_ledger_flushes_failed", "Flushes that Redis did not take; they are tried again"
)
SHED = Counter(
    "showfloor_ledger_shed", "Soft facts left out because the recorder was full while Redis was away"
)
VIEWER_SHED = Counter(
    "showfloor_ledger_viewer_shed", "Soft facts left out because one viewer held more than their share"
)
HELD = Gauge("showfloor_ledger_held_rows", "Rows that the recorder holds and Redis has not taken yet")

APPLIED = Counter("showfloor_ledger_applied", "Soft facts that the worker has counted")
REPEATED = Counter(
    "showfloor_ledger_repeated_flushes", "Flushes that had been counted before and were ignored"
)
LOST = Counter(
    "showfloor_ledger_lost_flushes",
    "Flushes that never reached the worker: Redis was emptied before it read them",
)
SET_ASIDE = Counter(
    "showfloor_ledger_set_aside", "Flushes that could not be read or counted, and lie in the set-aside stream"
)
WORKER_ERRORS = Counter("showfloor_ledger_worker_errors", "Rounds of the worker that failed", ["cause"])
WORKER_ROUND = Histogram(
    "showfloor_ledger_worker_seconds", "Duration of a round of the worker that counted something"
)
STREAM_AGE = Gauge("showfloor_ledger_age_seconds", "Age of the newest flush when it was counted")
READ_AT = Gauge(
    "showfloor_ledger_read_timestamp_seconds",
    "When this worker last looked into the streams, in Unix time; 0: never",
)
WAITING = Gauge("showfloor_ledger_waiting_flushes", "Flushes in the streams that no worker has counted yet")
WAITING_AGE = Gauge("showfloor_ledger_waiting_seconds", "Age of the oldest of them; 0: there is none")
STREAM_WAITING_AGE = Gauge(
    "showfloor_ledger_stream_waiting_seconds", "Age of the oldest flush that waits in a stream", ["stream"]
)
ELSEWHERE = Counter(
    "showfloor_ledger_elsewhere", "Times that this worker left a stream to another one that was counting it"
)
ASIDE = Gauge("showfloor_ledger_aside_flushes", "Flushes that lie in the set-aside stream now")

OF_THE_WORKER = frozenset(
    f"showfloor_ledger_{name}"
    for name in (
        "applied",
        "repeated_flushes",
        "lost_flushes",
        "set_aside",
        "worker_errors",
        "worker_seconds",
        "age_seconds",
        "read_timestamp_seconds",
        "waiting_flushes",
        "waiting_seconds",
        "stream_waiting_seconds",
        "elsewhere",
        "aside_flushes",
    )
)
"""Families that only a process with a ledger's worker in it shows."""
