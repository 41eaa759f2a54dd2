"""The demo's saved queries are questions that its channel is answered."""

from server.clock import SystemClock
from server.db.engine import Database
from server.demo.catalogue import CHANNEL_ID
from server.demo.queries import SAVED, save_queries
from server.query.grammar import Query
from server.query.service import Queries
from server.settings import Settings


async def test_the_demos_queries_are_saved_once_and_answered(settings: Settings, set_stage: None) -> None:
    assert settings.database_url is not None
    database, clock = Database(settings.database_url, pool_size=2), SystemClock()
    assert [await save_queries(database, clock) for _ in range(2)] == [len(SAVED), 0]
    for query in SAVED.values():
        answer = await Queries(database, clock).answer(CHANNEL_ID, Query.model_validate(query))
        assert answer.metrics == query["metrics"]
    await database.close()
