"""What a show's viewers clicked, asked and bought, read for many of them at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.protocol.pushes import UNCOUNTED_QUESTIONS

LISTED_MAX = 12
"""Of each kind and person."""

# Who they are in this show: a guest who turned out to be a known viewer has what both did.
_RECIPIENTS = text("""
    SELECT k.id AS consent_id, k.viewer_id, k.address, k.address_hash, k.language, r.viewer_id AS whose,
           EXISTS (SELECT FROM rollup AS b JOIN show AS s ON s.id = b.show_id
                   WHERE b.viewer_id = r.viewer_id AND s.channel_id = :channel AND s.id <> :show AND b.views > 0
                     AND s.started_at < (SELECT started_at FROM show WHERE id = :show)) AS returning,
           (SELECT count(*) FROM orders AS o
            WHERE o.channel_id = :channel AND o.viewer_id = r.viewer_id AND NOT o.staff
              AND NOT EXISTS (SELECT FROM order_line AS l WHERE l.order_id = o.id)) >= 2 AS repeat_buyer
    FROM mail_consent AS k
    LEFT JOIN viewer_alias AS a ON a.show_id = :show AND a.raw = k.viewer_id AND a.taken_back_at IS NULL
    JOIN rollup AS r ON r.show_id = :show AND r.viewer_id = coalesce(a.canonical, k.viewer_id) AND NOT r.staff
    WHERE k.channel_id = :channel AND k.state = 'confirmed' AND k.id > :after
      AND (CAST(:consent AS text) IS NULL OR k.id = :consent)
      AND NOT EXISTS (SELECT FROM mail_suppression AS s WHERE s.channel_id = k.channel_id AND s.address_hash = k.address_hash)
    ORDER BY k.id LIMIT :limit
""")
_WHOSE = """
    (SELECT w.id AS whose, w.id AS raw FROM unnest(CAST(:whose AS text[])) AS w (id)
     UNION SELECT a.canonical, a.raw FROM viewer_alias AS a
     WHERE a.show_id = :show AND a.canonical = ANY(:whose) AND a.taken_back_at IS NULL) AS p
"""
_CLICKED = text(f"""
    SELECT whose, title, image, price_minor, currency FROM (
        SELECT p.whose, q.title, q.image, q.price_minor, q.currency,
               row_number() OVER (PARTITION BY p.whose ORDER BY sum(e.n) DESC, max(e.at) DESC, q.id) AS nth
        FROM {_WHOSE} JOIN ledger_entry AS e ON e.show_id = :show AND e.viewer_id = p.raw AND e.kind = 'click'
        JOIN product AS q ON q.id = e.target AND q.channel_id = :channel AND q.active
        GROUP BY p.whose, q.id) AS c WHERE nth <= :most ORDER BY whose, nth
""")
_ASKED = text(f"""
    SELECT p.whose, q.text, coalesce(q.answer_text, q.private_text) AS answer_text, q.answered_live FROM {_WHOSE}
    JOIN question AS q ON q.show_id = :show AND q.viewer_id = p.raw AND q.state NOT IN {UNCOUNTED_QUESTIONS} ORDER BY p.whose, q.id
""")
_BOUGHT = text(f"""
    SELECT p.whose, q.title, sum(o.quantity) AS quantity, sum(o.amount_minor) AS amount_minor, o.currency FROM {_WHOSE}
    JOIN orders AS o ON o.show_id = :show AND o.viewer_id = p.raw JOIN product AS q ON q.id = o.product_id
    GROUP BY p.whose, q.id, q.title, o.currency ORDER BY p.whose, q.title
""")
_SHOW = text("SELECT id, channel_id, title, state, ended_at FROM show WHERE id = :show")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who agreed and was there."""

    consent_id: str
    viewer_id: str
    address: str
    address_hash: str
    language: str
    whose: str
    returning: bool
    repeat_buyer: bool


@dataclass(frozen=True, slots=True)
class Product:
    """A product with a sum of money, in minor units."""

    title: str
    minor: int
    currency: str
    image: str = ""
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer."""

    text: str
    answer: str
    answered_live: bool


@dataclass(slots=True)
class Doings:
    """What one person did in a show."""

    clicked: list[Product] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)
    bought: list[Product] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ended:
    """A show as mail needs it."""

    id: str
    channel_id: str
    title: str
    state: str
    ended_at: datetime | None


async def read_show(connection: AsyncConnection, show_id: str) -> Ended | None:
    """Return a show."""
    row = (await connection.execute(_SHOW, {"show": show_id})).one_or_none()
    return None if row is None else Ended(**row._mapping)


async def read_recipients(
    connection: AsyncConnection,
    channel_id: str,
    show_id: str,
    *,
    after: str = "",
    limit: int,
    consent: str | None = None,
) -> list[Recipient]:
    """Return up to `limit` of those who were in the show and have confirmed an address, in the order of their consents."""
    given = {"channel": channel_id, "show": show_id, "after": after, "limit": limit, "consent": consent}
    return [Recipient(**row._mapping) for row in await connection.execute(_RECIPIENTS, given)]


async def read_doings(
    connection: AsyncConnection, channel_id: str, show_id: str, whose: Sequence[str]
) -> Mapping[str, Doings]:
    """Return what these people did in the show. `connection` is one in which its raw rows can be read."""
    found: defaultdict[str, Doings] = defaultdict(Doings)
    given = {"whose": list(whose), "show": show_id, "channel": channel_id, "most": LISTED_MAX}
    for row in await connection.execute(_CLICKED, given):
        found[row.whose].clicked.append(Product(row.title, row.price_minor, row.currency, row.image))
    for row in await connection.execute(_ASKED, given):
        if len(found[row.whose].questions) < LISTED_MAX:
            found[row.whose].questions.append(Asked(row.text, row.answer_text or "", row.answered_live))
    for row in await connection.execute(_BOUGHT, given):
        if len(found[row.whose].bought) < LISTED_MAX:
            found[row.whose].bought.append(
                Product(row.title, int(row.amount_minor), row.currency, quantity=int(row.quantity))
            )
    return found
