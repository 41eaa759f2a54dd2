"""What was done at a replay goes out and comes in as what it was."""

from datetime import timedelta
from pathlib import Path

from server.clock import ManualClock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.stats.service import Reports
from tests.integration.stats.hand_made import START, HandMade, make_the_show
from tests.integration.stats.replay_deeds import ALL, Replay
from tests.support.history import export_facts, take_in

LONG_AFTER = ManualClock(START + timedelta(days=200))


async def test_a_replay_is_the_same_where_its_facts_are_imported(
    database: Database, elsewhere: Database, tmp_path: Path
) -> None:
    async with database.write() as connection:
        shows = await make_the_show(connection)
        for show in shows:
            await derive_rows(connection, show.id)
    replay = Replay(database)
    for deed in ALL:
        if deed.who != "eve":
            await replay.do(deed)
    async with database.write() as connection:
        late = HandMade(connection, "s")
        await late.buy("anna", 2, 75)  # of a hold that was placed while the show ran
        await late.close()
    file = await export_facts(database, [show.id for show in shows], tmp_path, "jsonl")
    outcome = await take_in(elsewhere, file)
    assert (outcome.bad, outcome.refused) == ([], False)
    here, there = [await Reports(each, LONG_AFTER).report("s") for each in (database, elsewhere)]
    assert there == here
    assert here.replay is not None
    assert here.money[0].orders == 5, "the late one is the show's"
