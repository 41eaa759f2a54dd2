"""Two saved queries, so that the query page has something to open."""

from typing import Any, Final

from server.audit.trail import TERMINAL
from server.clock import Clock
from server.db.engine import Database
from server.demo.catalogue import CHANNEL_ID
from server.query.grammar import Query
from server.query.saved import SavedQueries
from server.query.saved_routes import as_sent

SAVED: Final[dict[str, dict[str, Any]]] = {
    "Who buys, by where they came from · 流入元ごとの購入": {
        "metrics": ["viewers", "conversion_live", "viewers_gmv"],
        "dimensions": ["source"],
        "period": {"type": "last", "n": 12, "unit": "month"},
    },
    "Repeat rate, month by month · 月ごとのリピート率": {
        "metrics": ["viewers_before", "viewers", "buyers_before"],
        "dimensions": ["month"],
        "period": {"type": "last", "n": 12, "unit": "month"},
    },
}


async def save_queries(database: Database, clock: Clock) -> int:
    """Save the demo's queries, and return how many (0: there are some already)."""
    saved = SavedQueries(database, clock)
    if await saved.list_of(CHANNEL_ID, after=None, limit=1):
        return 0
    for name, query in SAVED.items():
        await saved.create(CHANNEL_ID, TERMINAL, name, as_sent(Query.model_validate(query)))
    return len(SAVED)
