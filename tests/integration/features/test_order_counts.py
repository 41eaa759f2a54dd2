"""How many have just bought: counted from the orders, once a person, never of a few, and told rarely."""

import json

from sqlalchemy import text

from server.shop.order_counts import OrderCounts
from server.shop.rules import Purchase
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import SHOW, Stage, open_stage


def told(stage: Stage) -> list[tuple[str, int]]:
    lines = [json.loads(each.line) for each in stage.delivered if each.type == "order.counted"]
    return [(line["product"], line["buyers"]) for line in lines]


async def test_buyers_are_counted_once_without_staff_and_suspects_and_not_below_five(
    stage: Stage, database_url: str
) -> None:
    before = await see(stage.database, SHOW)
    counts = OrderCounts(stage.journal, stage.database, stage.clock)
    async with stage.database.write() as connection:
        for statement in (
            "INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('a', 'demo', 'g_1', 'v_1', now())",
            "INSERT INTO attendance (show_id, viewer_id, first_at, guest, remembered, suspect, joined)"
            " VALUES ('demo', 'v_bot', now(), true, false, true, true)",
        ):
            await connection.execute(text(statement))
    for viewer in ("v_1", "v_1", "g_1", "v_2", "v_3", "v_4", "v_bot"):
        await stage.buy(viewer, "p_apron")
    await stage.shop.buy(SHOW, Purchase("m_host", "p_apron", 1, "key-staff-1", staff=True))
    assert await counts.run_once() == 0
    await stage.buy("v_5", "p_apron")
    async with open_stage(database_url, empty=True) as second:
        assert await counts.run_once() == 1
        await OrderCounts(second.journal, second.database, second.clock).run_once()
        assert told(second) == []
    assert told(stage) == [("p_apron", 5)]
    stage.tick(31)
    await counts.run_once()
    assert told(stage) == [("p_apron", 5)] * 2
    stage.tick(30)
    await counts.run_once()
    assert len(told(stage)) == 2
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, before)
