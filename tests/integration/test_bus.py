"""The bus between two processes, through a real Valkey."""

import redis

from server.bus.counters import RoomReport, RoomTotals
from tests.support.buses import HeardBus, both_alive, publication, two_buses
from tests.support.eventually import eventually


async def test_publications_reach_the_other_process_in_order_and_not_oneself(redis_url: str) -> None:
    async with two_buses(redis_url) as (one, two):
        await both_alive(one, two)
        for bus in (one, two):
            await bus.subscribe("show")
        gaps = two.gaps
        await eventually(lambda: two.gaps > gaps)
        for offset in range(1, 501):
            one.publish("show", "k1", [publication(offset)])
        await eventually(lambda: len(two.offsets) == 500)
        assert two.offsets == list(range(1, 501))
        assert two.heard[0] == ("show", "k1", [publication(1)])
        assert one.heard == []


async def test_other_shows_are_not_heard(redis_url: str) -> None:
    async with two_buses(redis_url) as (one, two):
        await two.subscribe("show")
        await two.subscribe("gone")
        await both_alive(one, two)
        await two.unsubscribe("gone")
        await eventually(lambda: _subscribers(redis_url, "gone") == 0)
        one.publish("gone", "k1", [publication(1)])
        one.publish("other", "k1", [publication(1)])
        one.publish("show", "k1", [publication(2)])
        await eventually(lambda: two.offsets)
        assert two.offsets == [2]


async def test_reactions_and_viewers_are_summed_over_processes(redis_url: str) -> None:
    async with two_buses(redis_url) as (one, two):
        await both_alive(one, two)
        await one.tick([RoomReport("show", 10, {"heart": 5}), RoomReport("other", 1, {})])
        assert await two.tick([RoomReport("show", 3, {"heart": 2, "wow": 1})]) == [
            RoomTotals("show", 13, {"heart": 7, "wow": 1})
        ]
        assert await one.tick([RoomReport("show", 0, {}), RoomReport("other", 1, {"clap": 4})]) == [
            RoomTotals("show", 3, {"heart": 7, "wow": 1}),
            RoomTotals("other", 1, {"clap": 4}),
        ]
        assert await one.tick([]) == []


async def test_a_process_that_stopped_ticking_no_longer_counts_as_watching(redis_url: str) -> None:
    async with two_buses(redis_url) as (one, two):
        await both_alive(one, two)
        await one.tick([RoomReport("show", 10, {"heart": 5})])

        async def only_two_watches() -> bool:
            totals = await two.tick([RoomReport("show", 3, {})])
            return totals == [RoomTotals("show", 3, {"heart": 5})]

        assert not await only_two_watches()
        await eventually(only_two_watches)


async def test_a_tick_that_runs_twice_counts_once(redis_url: str) -> None:
    async with two_buses(redis_url) as (one, _):
        await both_alive(one)
        counters = one._counters
        await one.tick([RoomReport("show", 1, {"heart": 5})])
        lost_answer = counters._tick_command(RoomReport("show", 1, {"heart": 3}))
        await counters._link.run(*lost_answer)
        await counters._link.run(*lost_answer)
        totals = await one.tick([RoomReport("show", 1, {"heart": 3 + 2})])
        assert totals == [RoomTotals("show", 1, {"heart": 10})]


async def test_fresh_counters_are_seeded_once_from_sql(redis_url: str) -> None:
    async with two_buses(redis_url) as (one, two):
        await both_alive(one, two)
        one.totals_in_sql["show"] = two.totals_in_sql["show"] = {"heart": 100}
        await one.tick([RoomReport("show", 1, {"heart": 1})])
        assert await two.tick([RoomReport("show", 1, {"wow": 1})]) == [
            RoomTotals("show", 2, {"heart": 101, "wow": 1})
        ]
        assert (one.seeds_read, two.seeds_read) == (1, 0)


async def test_a_show_that_cannot_be_seeded_yet_keeps_its_reactions(redis_url: str) -> None:
    class SqlAway(HeardBus):
        sql_away = True

        async def _seed(self, show_id: str) -> dict[str, int]:
            if self.sql_away:
                raise ConnectionError("no SQL")
            return await super()._seed(show_id)

    bus = SqlAway(redis_url, "seedless", "one")
    await bus.start()
    try:
        await both_alive(bus)
        bus.totals_in_sql["show"] = {"heart": 100}
        assert await bus.tick([RoomReport("show", 2, {"heart": 1})]) == [RoomTotals("show", 2, {"heart": 1})]
        assert await bus.tick([RoomReport("show", 2, {"heart": 2})]) == [RoomTotals("show", 2, {"heart": 3})]
        bus.sql_away = False
        assert await bus.tick([RoomReport("show", 2, {"wow": 1})]) == [
            RoomTotals("show", 2, {"heart": 103, "wow": 1})
        ]
    finally:
        await bus.close()


async def test_a_message_that_is_none_of_ours_is_a_possible_gap_and_no_more(redis_url: str) -> None:
    async with two_buses(redis_url) as (one, two):
        await two.subscribe("show")
        await both_alive(one, two)
        gaps = two.gaps
        with redis.Redis.from_url(redis_url) as client:
            await eventually(lambda: client.publish(two._keys.show_topic("show"), b"\xc1garbage") == 1)
        await eventually(lambda: two.gaps > gaps)
        one.publish("show", "k1", [publication(1)])
        await eventually(lambda: two.offsets == [1])


def _subscribers(redis_url: str, show_id: str) -> int:
    with redis.Redis.from_url(redis_url) as client:
        return len(client.pubsub_channels(f"*:show:{show_id}"))
