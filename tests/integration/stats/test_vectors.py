"""What must come out by definition, in turn from the entries and by what is kept alike."""

from datetime import timedelta

from server.clock import ManualClock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.stats.final import differing
from server.stats.report import Audience
from server.stats.service import Reports
from server.workers.rollups import RollupKeeper
from tests.integration.stats.hand_made import START, HandMade, add_channel


async def test_devices_unknown_to_each_other_are_viewers_and_a_replay_is_counted_beside(
    database_url: str,
) -> None:
    """Anna live on a phone; John live on a computer, then a phone; Carl live, then the replay on the same computer."""
    database = Database(database_url)
    try:
        async with database.write() as connection:
            await add_channel(connection)
            show = await HandMade(connection, "s").open()
            for device in ("anna-phone", "john-computer", "john-phone", "carl-computer"):
                await show.attend(device, guest=True)
            await show.play("anna-phone", (0, 30))
            await show.play("john-computer", (0, 20))
            await show.play("john-phone", (20, 40))
            await show.play("carl-computer", (10, 60), (70, 90))
            await show.close()
            await derive_rows(connection, "s")
        clock = ManualClock(START + timedelta(days=1))
        reports = Reports(database, clock)
        in_turn = await reports.recompute("s")
        await RollupKeeper(database, clock).run_all()
        assert differing(await reports.report("s"), in_turn) == []
        assert counted(in_turn.audience) == (4, 1, 4)
    finally:
        await database.close()


def counted(audience: Audience) -> tuple[int, int | None, int | None]:
    """Return viewers live, of the replay, and in all."""
    return audience.viewers, audience.replay_viewers, audience.viewers_in_all
