"""One pace over all processes, with a real Valkey; and each process's own when there is none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from server.bus.bus import Bus
from server.errors import RefusedError
from server.pace import metrics
from server.pace.rates import Act, By, Rate, rates_of
from server.pace.service import Pace
from server.settings import Settings
from tests.conftest import MakeSettings

PROCESSES = 3


@asynccontextmanager
async def paces(settings: Settings, count: int = PROCESSES) -> AsyncIterator[list[Pace]]:
    """The pace service of so many processes."""
    assert settings.redis_url is not None
    async with AsyncExitStack() as stack:
        made = []
        for number in range(count):
            bus = Bus(settings.redis_url, prefix=settings.redis_prefix, process_id=f"p{number}")
            stack.push_async_callback(bus.close)
            made.append(Pace(rates_of(settings), shared=bus.buckets))
        yield made


async def allowed(spend: Callable[[], Awaitable[None]]) -> bool:
    try:
        await spend()
    except RefusedError as refused:
        return not refused.data["retry_after_ms"]
    return True


async def count_allowed(pace: list[Pace], act: Act, keys: dict[By, str], times: int) -> int:
    """Have every process spend so many times, all at once."""
    tries = (allowed(lambda each=each: each.spend(act, keys)) for each in pace for _ in range(times))  # type: ignore[misc]
    return sum(await asyncio.gather(*tries))


HOURLY = {
    "asks_per_minute": 20 / 60,
    "orders_per_minute": 20 / 60,
    "votes_per_minute": 20 / 60,
    "sign_ins_per_minute_per_ip": 10 / 60,
}
"""So little comes back that what is allowed within a test is the burst, which is one at least."""


@pytest.mark.parametrize("act", [Act.ASK, Act.VOTE, Act.ORDER])
async def test_a_viewer_has_one_bucket_over_all_processes(make_settings: MakeSettings, act: Act) -> None:
    async with paces(make_settings(**HOURLY)) as each:
        assert await count_allowed(each, act, {By.VIEWER: "v_1"}, 50) == 1
        assert await count_allowed(each, act, {By.VIEWER: "v_2"}, 50) == 1


async def test_however_many_ask_at_once_no_more_than_the_burst_is_allowed(
    make_settings: MakeSettings, redis_url: str
) -> None:
    rates = {Act.ORDER: {By.ADDRESS: Rate(0.5, 100)}}  # fifty at once, one in two minutes
    buses = [Bus(redis_url, prefix="burst", process_id=f"p{n}") for n in range(PROCESSES)]
    each = [Pace(rates, shared=bus.buckets) for bus in buses]
    assert await count_allowed(each, Act.ORDER, {By.ADDRESS: "203.0.113.1"}, 300) == 50
    for bus in buses:
        await bus.close()


async def test_what_is_refused_takes_nothing_from_the_other_buckets(make_settings: MakeSettings) -> None:
    async with paces(make_settings(**HOURLY), count=1) as (pace,):
        await pace.spend(Act.ASK, {By.VIEWER: "v_1", By.SOCKET: "c_1"})
        for _ in range(20):
            assert not await allowed(lambda: pace.spend(Act.ASK, {By.VIEWER: "v_1", By.SOCKET: "c_2"}))
        await pace.spend(Act.ASK, {By.VIEWER: "v_2", By.SOCKET: "c_2"})
        assert not await allowed(lambda: pace.spend(Act.ASK, {By.VIEWER: "v_3", By.SOCKET: "c_2"}))


async def test_new_guests_wait_for_nothing_and_what_all_processes_took_in_holds_for_each(
    make_settings: MakeSettings,
) -> None:
    guests = {By.ADDRESS: "203.0.113.1"}
    async with paces(make_settings(guests_per_minute_per_ip=6)) as each:
        for pace in each:  # twelve may come at once
            for _ in range(11):
                pace.note(Act.GUEST, guests)
            await pace.tell()
        for pace in each[1:]:
            with pytest.raises(RefusedError):
                pace.note(Act.GUEST, guests)
            pace.note(Act.GUEST, {By.ADDRESS: "203.0.113.2"})


async def test_what_turned_out_not_to_count_is_given_back_everywhere(make_settings: MakeSettings) -> None:
    by = {By.VIEWER: "v_1"}
    async with paces(make_settings(**HOURLY)) as each:
        for pace in each:
            for _ in range(10):
                await pace.spend(Act.ORDER, by)
                pace.give_back(Act.ORDER, by)
            await pace.tell()
        assert await count_allowed(each, Act.ORDER, by, 20) == 1


async def test_without_redis_each_process_goes_by_its_own_buckets_and_says_so(
    make_settings: MakeSettings,
) -> None:
    settings = make_settings(redis_url="redis://127.0.0.1:1/0", **HOURLY)
    async with paces(settings, count=2) as each:
        for pace in each:
            await pace.spend(Act.ORDER, {By.VIEWER: "v_1"})
            assert metrics.ALONE._value.get() == 1
            with pytest.raises(RefusedError):
                await pace.spend(Act.ORDER, {By.VIEWER: "v_1"})


async def test_nothing_is_refused_without_limits(make_settings: MakeSettings) -> None:
    pace = Pace(rates_of(make_settings()), limited=False)
    for act in Act:
        for _ in range(10_000):
            pace.note(act, dict.fromkeys(By, "x"))


def test_every_act_is_counted_by_somebody() -> None:
    rates = rates_of(Settings())
    assert set(rates) == set(Act)
    assert all(rate.per_minute > 0 for each in rates.values() for rate in each.values())
