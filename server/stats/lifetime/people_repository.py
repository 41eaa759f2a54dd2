"""Who a few of a channel's people are over its shows, and what they bought, as `WITH` members that statements about them begin with.

One population: people with a view in a show of the channel up to `as_of`; suspects and staff of a show are not there at all, and a guest
counts in what joins shows only inside the span of their present consent. Who asks about everybody reads columns (`record.py`), of the same
meaning: a property test holds the two together.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_GIVE_ROOM: Final = text(
    "SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true), set_config('TimeZone', 'UTC', true)"
)


# A sale of somebody whom the channel may not recognise, or who was a suspect or staff in its show, is nobody's here. Who bought without
# coming has no row in that show: their name stands for them if it is no guest's.
PEOPLE_OF: Final = """
    own AS MATERIALIZED (
        SELECT id, started_at AS at, least(coalesce(ended_at, 'infinity'), :as_of) AS finish FROM show
        WHERE channel_id = :channel AND started_at <= :as_of
    ), withdrawn AS MATERIALIZED (
        SELECT e.viewer_id, max(e.at) AS at FROM show JOIN ledger_entry AS e ON e.show_id = show.id
        WHERE show.channel_id = :channel AND e.kind = 'consent_withdrawn' AND e.at <= :as_of AND e.viewer_id = ANY(:only)
        GROUP BY e.viewer_id
    ), came AS (
        SELECT r.*, own.at, r.suspect OR r.staff AS left_out,
               r.guest IS FALSE OR (r.remembered AND coalesce(r.consent_at, '-infinity') <= own.finish
                   AND (w.at IS NULL OR w.at < coalesce(r.consent_at, '-infinity'))) AS known
        FROM own JOIN rollup AS r ON r.show_id = own.id LEFT JOIN withdrawn AS w ON w.viewer_id = r.viewer_id
        WHERE r.viewer_id = ANY(:only)
    ), seen AS (
        SELECT * FROM came WHERE views > 0 AND NOT left_out AND known
    )"""
"""A few viewers, `:only`, by their rows alone."""
PURCHASES_OF: Final = """
    member AS MATERIALIZED (SELECT viewer_id, bool_or(guest) AS guest FROM seen GROUP BY viewer_id),
    refunded AS (
        SELECT b.order_id, sum(b.refunded_minor) AS refunded_minor FROM own JOIN given_back AS b ON b.show_id = own.id
        WHERE b.viewer_id = ANY(:also) GROUP BY b.order_id
    ), sold AS MATERIALIZED (
        SELECT coalesce(k.canonical, b.viewer_id) AS viewer_id, b.show_id, b.order_id, b.currency, min(b.at) AS at,
               CAST(sum(b.amount_minor) AS bigint) - coalesce(max(o.refunded_minor), 0) AS net_minor, sum(b.quantity) AS units
        FROM own JOIN sale AS b ON b.show_id = own.id
        LEFT JOIN viewer_alias AS k ON k.show_id = b.show_id AND k.raw = b.viewer_id AND k.taken_back_at IS NULL
        LEFT JOIN refunded AS o ON o.order_id = b.order_id
        WHERE NOT b.staff AND b.at <= :as_of AND b.viewer_id = ANY(:also)
        GROUP BY coalesce(k.canonical, b.viewer_id), b.show_id, b.order_id, b.currency
    ), purchase AS MATERIALIZED (
        SELECT sold.*, sold.currency = :currency AS in_own FROM sold JOIN member USING (viewer_id)
        LEFT JOIN came ON came.show_id = sold.show_id AND came.viewer_id = sold.viewer_id
        WHERE CASE WHEN came.viewer_id IS NULL THEN NOT member.guest ELSE came.known AND NOT came.left_out END
    )"""
"""And what they bought, `:also` being theirs and the ids of guests who turned out to be them."""

_CHANNEL = text("SELECT currency, time_zone FROM channel WHERE id = :channel")
_PROVISIONAL = text("""
    SELECT EXISTS (
        SELECT FROM show WHERE channel_id = :channel AND started_at <= :as_of
        AND (state = 'live' OR ended_at > CAST(:as_of AS timestamptz) - interval '1 minute'))
""")


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which channel, as of when, in which currency and time zone."""

    channel_id: str
    as_of: datetime
    currency: str
    time_zone: str

    @property
    def given(self) -> dict[str, Any]:
        """What `PEOPLE_OF` and `PURCHASES_OF` ask for beside the viewers, and the zone."""
        return {
            "channel": self.channel_id,
            "as_of": self.as_of,
            "currency": self.currency,
            "zone": self.time_zone,
        }


@dataclass(frozen=True, slots=True)
class Beside:
    """What is true of every figure of a channel's people as of a moment."""

    provisional: bool
    suspects: int | None
    staff: int
    guests: int


async def read_scope(connection: AsyncConnection, channel_id: str, as_of: datetime) -> Scope:
    """Return what figures of the channel begin with, and give the transaction room to group in."""
    await connection.execute(_GIVE_ROOM)
    row = (await connection.execute(_CHANNEL, {"channel": channel_id})).one()
    return Scope(channel_id, as_of, row.currency, row.time_zone)


async def is_provisional(connection: AsyncConnection, scope: Scope) -> bool:
    """Return whether figures may still change by themselves."""
    given = {"channel": scope.channel_id, "as_of": scope.as_of}
    return bool(await connection.scalar(_PROVISIONAL, given))
