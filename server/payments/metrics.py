"""What is counted of payments."""

from prometheus_client import Counter, Gauge

ANSWERS = Counter(
    "showfloor_payment_answers",
    "Answers of providers, by what they said; `none`: none of use",
    ["provider", "kind"],
)
STATES = Counter("showfloor_payment_changes", "Payments that came into a state", ["provider", "state"])
WEBHOOKS = Counter(
    "showfloor_payment_webhooks",
    "Webhooks of providers: kept, passed over, or refused for their signature",
    ["provider", "outcome"],
)
REFUNDS_FAILED = Counter(
    "showfloor_payment_refunds_failed",
    "Refunds that a provider has taken back after it had taken them up: the buyer has no money yet",
    ["provider"],
)
INBOX = Gauge("showfloor_payment_inbox", "Events that wait for a payment, or for SQL")
OPEN = Gauge("showfloor_payment_open", "Payments that their providers have not ended")
REFUNDING = Gauge("showfloor_payment_refunding", "Payments whose money is to go back and has not yet")
REFUNDING_SECONDS = Gauge(
    "showfloor_payment_refunding_seconds", "For how long the oldest of them has waited; 0: there is none"
)
KEYS_REFUSED = Gauge("showfloor_payment_keys_refused", "Channels whose key its provider refuses")
UNHEARD = Gauge(
    "showfloor_payment_accounts_unheard", "Channels that are paid, and whose provider's webhooks do not come"
)
DISPUTES = Gauge(
    "showfloor_payment_disputes", "Payments that buyers' banks dispute and nobody has answered yet"
)
