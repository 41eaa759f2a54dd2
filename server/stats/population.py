"""Who counts, as parts of the figures' statements: `WITH` members that several of them share."""

from collections.abc import Iterable

VIEWERS = """viewer AS MATERIALIZED (
    SELECT unnest(string_to_array(CAST(:viewers AS text), ',')) AS viewer_id
    UNION ALL SELECT viewer_id FROM rollup
    WHERE CAST(:viewers AS text) IS NULL AND show_id = :show AND views > 0 AND NOT suspect AND NOT staff)"""
"""V(s): every figure about people is about them alone. Bind `viewers` to `as_list(…)` of those whom `watching` has found, or to None where
the rows of the show are final.
"""


def viewers_among(query: str) -> str:
    """Return `VIEWERS` for a statement that asks of few: of final rows it looks at those alone whose ids `query` finds."""
    return VIEWERS.replace("NOT staff)", f"NOT staff\n    AND viewer_id IN ({query}))")


LEFT_OUT = """left_out AS MATERIALIZED (
    SELECT viewer_id FROM attendance WHERE show_id = :show AND suspect
    UNION SELECT viewer_id FROM staff_presence WHERE show_id = :show)"""
"""Suspected bots and staff of the show."""

STAFF_OF_SHOW = """(SELECT count(*) FROM staff_presence AS s LEFT JOIN attendance AS c USING (show_id, viewer_id)
    WHERE show_id = :show AND (least(s.first_at, c.first_at) <= :until OR EXISTS (
        SELECT FROM sale AS o WHERE o.show_id = :show AND o.viewer_id = s.viewer_id AND NOT o.replay)))"""
"""How many staff were in the show, as staff or as anybody, or bought of it; who came to its replay alone is left out of nothing."""

WITHDRAWN = """withdrawn AS MATERIALIZED (
    SELECT e.viewer_id, e.at FROM show JOIN ledger_entry AS e ON e.show_id = show.id
    WHERE show.channel_id = :channel AND e.kind = 'consent_withdrawn')"""
"""When guests of the channel took their consent back."""


BUYER = """buyer AS MATERIALIZED (
    SELECT viewer_id, min(at) AS at FROM sale WHERE show_id = :show AND NOT staff AND NOT replay GROUP BY viewer_id)"""
"""Who bought in the show, its replay aside, and when first."""

RECOGNISABLE = """(r.guest IS NOT NULL AND (NOT r.guest OR (r.remembered AND coalesce(r.consent_at, '-infinity') <= :until
    AND NOT EXISTS (SELECT FROM withdrawn AS w WHERE w.viewer_id = r.viewer_id
                    AND w.at >= coalesce(r.consent_at, '-infinity') AND w.at <= :until))))"""
"""Whom the channel may recognise, of rows `r`: known, or guests who agree and had not taken it back by the show's end."""


def as_list(viewers: Iterable[str]) -> str:
    """Return viewers' ids as one parameter, which costs PostgreSQL and the driver a fraction of an array of them."""
    return ",".join(viewers)
