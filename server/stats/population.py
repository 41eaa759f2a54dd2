"""Who counts, as parts of the figures' statements: `WITH` members that several of them share."""

from collections.abc import Iterable

VIEWERS = "viewer AS MATERIALIZED (SELECT unnest(string_to_array(:viewers, ',')) AS viewer_id)"
"""V(s), which `watching` has found: every figure about people is about them alone. Bind `viewers` to `as_list(…)`."""

LEFT_OUT = """left_out AS MATERIALIZED (
    SELECT viewer_id FROM attendance WHERE show_id = :show AND suspect
    UNION SELECT viewer_id FROM staff_presence WHERE show_id = :show)"""
"""Suspected bots and staff of the show."""

WITHDRAWN = """withdrawn AS MATERIALIZED (
    SELECT e.viewer_id, e.at FROM show JOIN ledger_entry AS e ON e.show_id = show.id
    WHERE show.channel_id = :channel AND e.kind = 'consent_withdrawn')"""
"""When guests of the channel took their consent back."""


def as_list(viewers: Iterable[str]) -> str:
    """Return viewers' ids as one parameter, which costs PostgreSQL and the driver a fraction of an array of them."""
    return ",".join(viewers)
