"""What a wide row says about its viewer, as bits: those that SQL finds in the row alone, and those that need the channel's other shows.

A bit of the first group marked "viewed" is set only where the row has a view: who has none is in no figure about viewers.
"""

from typing import Final

VIEWED: Final = 1 << 0
JOINED: Final = 1 << 1
REPLAYED: Final = 1 << 2
GUEST: Final = 1 << 3
NOBODY: Final = 1 << 4
"""Nothing is known but what they did: neither a guest nor a known viewer."""
KNOWN: Final = 1 << 5
"""Whom the show may recognise, what came after it left out: known viewers, and guests who had agreed by its end."""
CONSENT: Final = 1 << 6
"""The moment of consent is known; without it `known_by` is when they came."""
ENGAGED: Final = 1 << 7
SENT: Final = 1 << 8
SHARED: Final = 1 << 9
IMPRESSED: Final = 1 << 10
CLICKED: Final = 1 << 11
CLICKED_SEEN: Final = 1 << 12
NO_GUEST: Final = 1 << 13
SEEN: Final = 1 << 14
"""Viewed and known: what other shows are joined with."""

SAW: Final = 1 << 15
"""Viewed, and a product's card was first seen while the show ran: the first step of the funnel. Who saw one before the show began and
again in it is told beside the rows."""

SUSPECT: Final = 1 << 16
STAFF: Final = 1 << 17
LATE: Final = 1 << 19
"""In what SQL sends alone: such rows are in no array."""
ABSENT: Final = 1 << 18
"""Of who bought alone (`paid.flags`): they have no row in the show."""

# Behind the join with other shows and with what was bought: all of viewed rows, PAID aside.
RECOGNISED: Final = 1 << 16
BACK: Final = 1 << 17
LASTING: Final = 1 << 18
AGAIN: Final = 1 << 19
PAID: Final = 1 << 20
BOUGHT: Final = 1 << 21
BOUGHT_LIVE: Final = 1 << 22
BOUGHT_24H: Final = 1 << 23
BOUGHT_7D: Final = 1 << 24
BOUGHT_30D: Final = 1 << 25
CLICKED_BOUGHT: Final = 1 << 26
BUYER_KNOWN: Final = 1 << 27
BOUGHT_BEFORE: Final = 1 << 28
BUYER_BACK: Final = 1 << 29
# Of a person in a part: whether they had been seen before when they were first recognised in it.
FIRST_BACK: Final = 1 << 30
FIRST_NEW: Final = 1 << 31

_KNOWN: Final = "(guest IS FALSE OR (guest AND remembered AND coalesce(consent_at, '-infinity') <= finish))"
OF_ROW: Final = {
    VIEWED: "views > 0",
    JOINED: "joined AND first_at <= finish",
    REPLAYED: "replay_views > 0",
    GUEST: "guest",
    NOBODY: "guest IS NULL",
    KNOWN: _KNOWN,
    CONSENT: "consent_at IS NOT NULL",
    ENGAGED: "views > 0 AND reactions + questions + votes + shares + clicks + survey_answers + poll_answers + comments_sent > 0",
    SENT: "views > 0 AND reactions > 0",
    SHARED: "views > 0 AND shares > 0",
    IMPRESSED: "views > 0 AND impressions > 0",
    CLICKED: "views > 0 AND clicks > 0",
    CLICKED_SEEN: "views > 0 AND clicks > 0 AND impressions > 0",
    NO_GUEST: "views > 0 AND guest IS NOT TRUE",
    SEEN: f"views > 0 AND {_KNOWN}",
    SAW: "views > 0 AND first_impression_at >= started_at AND first_impression_at <= finish",
    SUSPECT: "suspect",
    STAFF: "staff",
    LATE: "first_at > finish",
}


def as_bits(conditions: dict[int, str]) -> str:
    """Return the SQL of an integer that has these bits where the conditions hold."""
    return " | ".join(f"CASE WHEN {condition} THEN {bit} ELSE 0 END" for bit, condition in conditions.items())
