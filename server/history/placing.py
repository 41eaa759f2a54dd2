"""Which rows the good entries of a file become: for each table one SELECT, which DuckDB writes as the CSV that COPY takes."""

from dataclasses import dataclass
from typing import LiteralString

from server.history import repository
from server.history.envelope import FACTS
from server.history.survey_checks import SAYS_SOMETHING
from server.ledger.entries import OF_REPLAY

PROCESS_ID = "history"
"""Whose imported stretches are, in place of a server process."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Rows for one table: how people call them, the COPY that takes them, and the SELECT of DuckDB that yields them."""

    what: str
    copy: LiteralString
    rows: str


def key_of(entry: str) -> str:
    """Return the SQL of an entry's number, by which it is known again; `entry` has its `id`."""
    return f"md5(concat(getvariable('channel'), chr(31), {entry}.id))"


# Known, repeated and bad ones are left out; most often there are none of them.
FRESH = f"""
    CREATE VIEW fresh AS
    SELECT * FROM entry WHERE code IS NULL AND line NOT IN (SELECT line FROM repeated) AND line NOT IN (SELECT line FROM bad)
      AND (NOT getvariable('some_known') OR {key_of("entry")} NOT IN (SELECT key FROM known))
"""
KEYS = f"""
    SELECT {key_of("entry")} FROM entry
    WHERE code IS NULL AND line NOT IN (SELECT line FROM repeated) AND line NOT IN (SELECT line FROM bad)
"""
BAD_KEYS = f"""
    SELECT DISTINCT {key_of("entry")} FROM entry WHERE code IS NULL AND line IN (SELECT line FROM bad)
    AND {key_of("entry")} NOT IN (SELECT {key_of("fresh")} FROM fresh)
"""

_KINDS = " ".join(
    f"WHEN e.kind = '{name}' AND e.\"at\" > head.ended_at THEN '{OF_REPLAY[kind]}'"
    for name, kind in FACTS.items()
    if kind in OF_REPLAY
) + " ".join(f" WHEN e.kind = '{name}' THEN '{kind}'" for name, kind in FACTS.items())
_ORDER_ID = "concat('r_', md5(concat(getvariable('channel'), chr(31), e.target)))"
_OURS = "coalesce(e.taken_by, 'shop') = 'showfloor'"
_UNITS = "CAST(list_sum(list_transform(e.bought, lambda l: l.quantity)) AS BIGINT)"
_AMOUNT = "CAST(list_sum(list_transform(e.bought, lambda l: l.amount_minor)) AS BIGINT)"
_CANCELLED = "coalesce(e.state, 'paid') = 'cancelled'"
_REFUNDED = """
    refunded AS (SELECT target, sum(amount_minor) AS minor FROM fresh WHERE kind = 'refund' GROUP BY target)
"""
_SOLD = f"""
    SELECT e."show", e.viewer, e.target, e."at", e.currency, l.l.quantity AS quantity, l.l.amount_minor AS amount_minor, p.id AS product,
           {_ORDER_ID} AS order_id
    FROM fresh AS e, UNNEST(e.bought) AS l(l) LEFT JOIN product AS p ON p.name = l.l.product
    WHERE e.kind = 'purchase' AND NOT {_OURS} AND NOT {_CANCELLED}
"""

SHOWS = Placing(
    "shows",
    repository.COPY_SHOWS,
    """
    SELECT e."show", getvariable('channel'), coalesce(e.title, e."show"), coalesce(e.host, ''), 'ended', 'post', true, '', '', '', e."at",
           e."at", e."at", e.ended_at, coalesce(e.bots_looked_for, false)
    FROM fresh AS e WHERE e.kind = 'show'
    """,
)
HEADS = Placing(
    "journals",
    repository.COPY_HEADS,
    """
    SELECT e."show", substr(md5(concat(e."show", random())), 1, 8),
           (SELECT count(*) FROM fresh AS p WHERE p.kind = 'product_pin' AND p."show" = e."show")
    FROM fresh AS e WHERE e.kind = 'show'
    """,
)
# A file that says of anybody that they came has said who did; else whoever acted was there.
ATTENDANCE = Placing(
    "people",
    repository.COPY_ATTENDANCE,
    """
    WITH stated AS (
        SELECT "show", viewer, min("at") AS first_at,
               bool_and(coalesce(guest, true)) AS guest, bool_or(coalesce(remembered, false)) AS remembered,
               bool_or(coalesce(suspect, false)) AS suspect, arg_min(source, "at") AS source, arg_min(share, "at") AS share,
               max(consent_at) AS consent_at, bool_or(coalesce(joined, true)) AS joined, arg_min(device, "at") AS device
        FROM fresh WHERE kind = 'attendance' AND NOT coalesce(staff, false) GROUP BY "show", viewer
    ), acted AS (
        SELECT "show", viewer, min("at") AS first_at,
               bool_and(coalesce(guest, true)) AS guest, bool_or(coalesce(remembered, false)) AS remembered,
               bool_or(coalesce(suspect, false)) AS suspect, arg_min(source, "at") AS source, arg_min(share, "at") AS share,
               max(consent_at) AS consent_at, true AS joined, arg_min(device, "at") AS device
        FROM fresh WHERE kind NOT IN ('show', 'attendance', 'identity_link', 'refund', 'product_pin', 'purchase', 'page_view', 'survey')
          AND NOT coalesce(staff, false) GROUP BY "show", viewer
    )
    SELECT * FROM stated
    UNION ALL
    SELECT * FROM acted WHERE NOT EXISTS (FROM entry WHERE kind = 'attendance')
    """,
)
STAFF = Placing(
    "staff",
    repository.COPY_STAFF,
    """
    SELECT "show", viewer, min("at") FROM fresh WHERE kind = 'attendance' AND staff GROUP BY "show", viewer
    """,
)
_STRETCHES = f"""
    FROM stretch AS s WHERE s.line NOT IN (SELECT line FROM bad) AND s.end_line NOT IN (SELECT line FROM bad)
      AND (NOT getvariable('some_known') OR {key_of("s")} NOT IN (SELECT key FROM known))
"""
BEGUN = f"SELECT s.connection, s.started_at {_STRETCHES}"
PLAYING = Placing(
    "stretches of watching",
    repository.COPY_PLAYING,
    f"""SELECT s.connection, s.started_at, s."show", s.viewer, '{PROCESS_ID}', s.ended_at {_STRETCHES}""",
)
QUESTIONS = Placing(
    "questions",
    repository.COPY_QUESTIONS,
    """
    WITH voted AS (
        SELECT v.target, count(*) FILTER (WHERE NOT coalesce(v.suspect, false)) AS votes, count(*) FILTER (WHERE v.suspect) AS apart
        FROM (SELECT target, viewer, bool_or(suspect) AS suspect FROM fresh WHERE kind = 'vote' GROUP BY target, viewer) AS v
        GROUP BY v.target
    )
    SELECT e.target, e."show", e.viewer, coalesce(e.author, ''), coalesce(e."text", ''), coalesce(e.state, 'open'), 0, coalesce(v.votes, 0),
           coalesce(v.apart, 0), e."at", e.answer, coalesce(e.state, 'open') = 'answered' AND e.answer IS NULL,
           e.answered_at, e.reason, coalesce(e.role, 'viewer'), CASE WHEN e."at" > head.ended_at THEN coalesce(e.replay_ms, 0) END
    FROM fresh AS e JOIN head ON head.id = e."show" LEFT JOIN voted AS v ON v.target = e.target WHERE e.kind = 'question'
    """,
)
VOTES = Placing(
    "votes",
    repository.COPY_VOTES,
    """
    SELECT target, viewer, "show", min("at"), bool_or(coalesce(suspect, false)) FROM fresh WHERE kind = 'vote'
    GROUP BY target, viewer, "show"
    """,
)
ORDERS = Placing(
    "orders",
    repository.COPY_ORDERS,
    f"""
    SELECT e.target, getvariable('channel'), e."show", e.viewer, concat('history/', e.target), p.id, {_UNITS},
           {_AMOUNT} // {_UNITS}, {_AMOUNT}, e.currency, 'imported', e."at", coalesce(e.staff, false), e.number
    FROM fresh AS e JOIN product AS p ON p.name = e.bought[1].product WHERE e.kind = 'purchase' AND {_OURS}
    """,
)
REPLAY_ORDERS = Placing(
    "orders of replays",
    repository.COPY_REPLAY_ORDERS,
    f"""SELECT e.target FROM fresh AS e WHERE e.kind = 'purchase' AND {_OURS} AND e.mode = 'replay'""",
)
# What came with a history brings no units back: none of them was taken from this stock.
REFUNDS = Placing(
    "refunds",
    repository.COPY_REFUNDS,
    f"""
    WITH given AS (
        SELECT target, sum(amount_minor) AS minor, max("at") AS "at" FROM fresh WHERE kind = 'refund' GROUP BY target)
    SELECT concat('rf_', md5(concat(getvariable('channel'), chr(31), e.target))), getvariable('channel'), e."show", e.target, 'merchant',
           'done', 'other', r.minor, 0, e.currency, CASE WHEN r.minor >= {_AMOUNT} THEN 'refunded' ELSE 'partially_refunded' END,
           'history', 'history', 'history', r."at", r."at"
    FROM fresh AS e JOIN given AS r ON r.target = e.target WHERE e.kind = 'purchase' AND {_OURS}
    """,
)
REPORTED = Placing(
    "orders of the shop",
    repository.COPY_REPORTED,
    f"""
    WITH {_REFUNDED}
    SELECT {_ORDER_ID}, getvariable('channel'), e.target,
           CASE WHEN {_CANCELLED} THEN 'cancelled' WHEN r.minor >= {_AMOUNT} THEN 'refunded'
                WHEN r.minor > 0 THEN 'partially_refunded' ELSE 'paid' END,
           e."show", e.viewer, coalesce(e.attributed_by, 'attribution'), e.customer, e.currency, {_AMOUNT}, coalesce(r.minor, 0),
           to_json(list_transform(e.bought, lambda l: {{
               'quantity': l.quantity, 'amount': l.amount_minor, 'product': l.product, 'title': l.title}})),
           e."at", now(), now()
    FROM fresh AS e LEFT JOIN refunded AS r ON r.target = e.target WHERE e.kind = 'purchase' AND NOT {_OURS}
    """,
)
REPORTED_SALES = Placing(
    "their lines",
    repository.COPY_REPORTED_SALES,
    f"""
    SELECT order_id, row_number() OVER (PARTITION BY order_id ORDER BY product NULLS LAST) - 1, getvariable('channel'), "show", viewer,
           product, sum(quantity), sum(amount_minor), currency, "at"
    FROM ({_SOLD}) AS sold GROUP BY order_id, "show", viewer, product, currency, "at"
    """,
)
ALIASED = '"show", chr(31), viewer'
ALIASES = Placing(
    "identities",
    repository.COPY_ALIASES,
    f"""
    SELECT concat('va_', md5(concat({ALIASED}))), "show", viewer, target, "at" FROM fresh WHERE kind = 'identity_link'
    """,
)
# The journal of a show that has been held already is not written on.
PINS = Placing(
    "pins",
    repository.COPY_PUBLICATIONS,
    """
    SELECT "show", nth, 'product.pinned', "at", to_json({
        'type': 'product.pinned', 'offset': nth, 'at': strftime("at", '%Y-%m-%dT%H:%M:%S.%gZ'), 'product': target})
    FROM (
        SELECT "show", "at", target, row_number() OVER (PARTITION BY "show" ORDER BY "at", line) AS nth
        FROM fresh WHERE kind = 'product_pin' AND "show" IN (SELECT "show" FROM fresh WHERE kind = 'show'))
    """,
)
PAGE_VIEWS = Placing(
    "page views",
    repository.COPY_PAGE_VIEWS,
    """
    SELECT getvariable('channel'), "show", viewer, "at", coalesce(page, 'viewer'), site, referrer, source, medium, campaign, term, content,
           device, false
    FROM fresh WHERE kind = 'page_view'
    """,
)
ENTRIES = Placing(
    "facts",
    repository.COPY_ENTRIES,
    f"""
    SELECT e."show", e.viewer, CASE {_KINDS} END, e.target, e.n, e.connection, NULL, NULL, e.source, e."at", e.via
    FROM fresh AS e JOIN head ON head.id = e."show" WHERE e.kind IN ({", ".join(f"'{name}'" for name in FACTS)}) AND e.viewer IS NOT NULL
    UNION ALL
    SELECT e."show", e.viewer, CASE WHEN e."at" > head.ended_at THEN '{OF_REPLAY["question"]}' ELSE 'question' END, e.target, e.n,
           e.connection, NULL, NULL, e.source, e."at", NULL
    FROM fresh AS e JOIN head ON head.id = e."show" WHERE e.kind = 'question' AND e.n > 0
    UNION ALL
    SELECT e."show", e.viewer, 'order', p.id, {_UNITS}, e.connection, {_AMOUNT}, e.currency, e.source, e."at", NULL
    FROM fresh AS e JOIN product AS p ON p.name = e.bought[1].product WHERE e.kind = 'purchase' AND {_OURS}
    UNION ALL
    SELECT e."show", e.viewer, 'order', {_ORDER_ID}, {_UNITS}, NULL, {_AMOUNT}, e.currency, NULL, e."at", NULL
    FROM fresh AS e WHERE e.kind = 'purchase' AND NOT {_OURS} AND NOT {_CANCELLED}
    """,
)
_CHOICES = r"""
    CASE WHEN e.survey = 'choice' THEN concat('{', array_to_string(list_transform(from_json(e.choices, '["VARCHAR"]'), lambda c:
        concat('"', replace(replace(c, '\', '\\'), '"', '\"'), '"')), ','), '}') ELSE '{}' END
"""
SURVEYS = Placing(
    "surveys",
    repository.COPY_SURVEYS,
    f"""
    SELECT e.target, getvariable('channel'), e."show", e.survey, e."text", {_CHOICES}, e.survey = 'nps' AND coalesce(e.why, false),
           CASE WHEN e.survey = 'stars' THEN p.id END, false, 24, 'closed', 2, e."at", e."at",
           coalesce(e.ended_at, head.ended_at), coalesce(e.ended_at, head.ended_at)
    FROM fresh AS e JOIN head ON head.id = e."show" LEFT JOIN product AS p ON p.name = e.about WHERE e.kind = 'survey'
    """,
)
SURVEY_ANSWERS = Placing(
    "answers to surveys",
    repository.COPY_SURVEY_ANSWERS,
    f"""
    SELECT e.target, e.viewer, e."show", e.score, e.choice, e."text", e."at", coalesce(e.changed_at, e."at")
    FROM fresh AS e WHERE {SAYS_SOMETHING}
    """,
)
ALL = (
    HEADS,
    SHOWS,
    ATTENDANCE,
    STAFF,
    PLAYING,
    QUESTIONS,
    VOTES,
    ORDERS,
    REPLAY_ORDERS,
    REFUNDS,
    REPORTED,
    REPORTED_SALES,
    ALIASES,
    PINS,
    PAGE_VIEWS,
    SURVEYS,
    SURVEY_ANSWERS,
    ENTRIES,
)
"""In the order in which they refer to one another."""
