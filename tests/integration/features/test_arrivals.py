"""An audience that is handed over to another channel's show, against PostgreSQL: who may, who hears of it, and what nobody learns."""

from typing import Any

import pytest

from server.http.versions import ANY_VERSION, Match
from server.protocol.codes import Code
from server.shows.arrivals import about
from server.shows.welcome import Welcomes
from server.shows.welcome_rules import Whose, takes
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, MODERATOR, SHOW, Stage, refused

THERE = "there"


async def arrivals(stage: Stage) -> list[Any]:
    """What the staff of the show there read of who comes."""
    return list((await see(stage.database, THERE)).staff.get("arrivals", []))


@pytest.fixture
async def welcomes(stage: Stage) -> Welcomes:
    """The setting of channels, beside a live show of another one."""
    await stage.add_show(THERE, channel=ELSEWHERE, title="Evening tea")
    return Welcomes(stage.database, stage.clock)


async def let_in(welcomes: Welcomes, whose: Whose, *channels: str) -> None:
    await welcomes.set(ELSEWHERE, HOST, whose, channels, ANY_VERSION)


@pytest.mark.parametrize(
    ("whose", "named", "taken"),
    [
        ("nobody", [CHANNEL], False),
        ("named", [CHANNEL], True),
        ("named", ["other"], False),
        ("everybody", [], True),
    ],
)
def test_whose_hand_over_a_channel_takes(whose: str, named: list[str], taken: bool) -> None:
    assert takes(whose, named, CHANNEL) is taken


@pytest.mark.parametrize(("viewers", "told"), [(0, 0), (7, 7), (99, 99), (344, 340), (12_678, 13_000)])
def test_how_many_come_is_told_to_two_digits(viewers: int, told: int) -> None:
    assert about(viewers) == told


async def test_nobody_is_handed_to_a_channel_that_has_not_said_so_and_learns_nothing_else(
    stage: Stage, welcomes: Welcomes
) -> None:
    hand_over = stage.shows.hand_over
    await stage.add_show("planned", channel=ELSEWHERE, state="scheduled")
    await stage.add_show("draft", channel=ELSEWHERE, state="draft")
    for show, code in (
        (THERE, Code.NOT_WELCOME),
        ("planned", Code.NOT_WELCOME),
        ("draft", Code.NOT_FOUND),
        ("nowhere", Code.NOT_FOUND),
    ):
        with refused(code) as refusal:
            await hand_over(SHOW, HOST, show)
        assert refusal.value.data == {}
    await let_in(welcomes, "named", CHANNEL)
    with refused(Code.SHOW_NOT_LIVE):
        await hand_over(SHOW, HOST, "planned")
    assert await arrivals(stage) == []
    way = (await hand_over(SHOW, HOST, THERE)).hand_over
    assert way is not None
    assert (way.show, way.channel) == (THERE, ELSEWHERE)
    await let_in(welcomes, "nobody", CHANNEL)
    assert (await stage.shows.find(SHOW)).hand_over == way
    await hand_over(SHOW, HOST, None)
    with refused(Code.NOT_WELCOME):
        await hand_over(SHOW, HOST, THERE)


async def test_the_staff_there_are_told_until_they_have_read_it_or_it_is_taken_back(
    stage: Stage, welcomes: Welcomes
) -> None:
    await let_in(welcomes, "everybody")
    old = await see(stage.database, THERE)
    await stage.shows.hand_over(SHOW, HOST, THERE)
    await stage.shows.hand_over(SHOW, HOST, THERE)
    (coming,) = await arrivals(stage)
    assert (coming["show"], coming["title"], coming["channel"]) == (SHOW, "Spring knitwear", "Demo")
    assert await stage.shows.settle_arrival(THERE, MODERATOR, SHOW) == SHOW
    await stage.shows.settle_arrival(THERE, MODERATOR, SHOW)
    assert await arrivals(stage) == []
    await stage.shows.hand_over(SHOW, HOST, None)
    await stage.shows.hand_over(SHOW, HOST, THERE)
    assert len(await arrivals(stage)) == 1
    await stage.add_show("second", channel=ELSEWHERE)
    await stage.shows.hand_over(SHOW, HOST, "second")
    assert await arrivals(stage) == []
    public, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, THERE, old)
    assert {push["type"] for push in public} == {"withheld"}
    assert [len(push["arrivals"]) for push in staff] == [1, 0, 1, 0]
    acts = [audit.action for audit in await stage.audits() if audit.show_id == THERE]
    assert acts == ["arrival.settle"]


async def test_what_was_written_and_not_told_is_told_with_the_next_word(
    stage: Stage, welcomes: Welcomes
) -> None:
    await let_in(welcomes, "everybody")
    await stage.shows.hand_over(SHOW, HOST, THERE)
    async with stage.database.write() as connection:
        await connection.exec_driver_sql("UPDATE arrival SET told = false")
    old = await see(stage.database, THERE)
    await stage.shows.hand_over(SHOW, HOST, THERE)
    _, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, THERE, old)
    assert [push["type"] for push in staff] == ["arrivals.changed"]


async def test_the_setting_has_versions_names_what_is_missing_and_is_in_the_audit(
    stage: Stage, welcomes: Welcomes
) -> None:
    assert (await welcomes.find(ELSEWHERE)).whose == "nobody"
    with refused(Code.NOT_FOUND) as missing:
        await let_in(welcomes, "named", "nowhere", CHANNEL)
    assert missing.value.data == {"channels": ["nowhere"]}
    for _ in range(2):
        await let_in(welcomes, "named", CHANNEL, CHANNEL)
    kept = await welcomes.find(ELSEWHERE)
    assert (kept.whose, kept.channels, kept.version) == ("named", [CHANNEL], 2)
    with refused(Code.CONFLICT):
        await welcomes.set(ELSEWHERE, HOST, "everybody", [], Match('"1"', lambda row: row.whose))
    (audit,) = [each for each in await stage.audits() if each.action == "hand_over.settings"]
    assert (audit.details["before"], audit.details["after"]) == ("nobody", "named")


async def test_an_audience_is_declined_while_it_comes_and_before_and_taken_after_all(
    stage: Stage, welcomes: Welcomes
) -> None:
    await let_in(welcomes, "everybody")
    here, there = await see(stage.database, SHOW), await see(stage.database, THERE)
    await stage.shows.hand_over(SHOW, HOST, THERE)
    for _ in range(2):
        assert await stage.shows.decline_arrival(THERE, MODERATOR, SHOW) == SHOW
    assert (await stage.shows.find(SHOW)).hand_over is None
    assert await arrivals(stage) == []
    with refused(Code.NOT_WELCOME):
        await stage.shows.hand_over(SHOW, HOST, THERE)
    await stage.shows.decline_arrival(THERE, MODERATOR, SHOW, undo=True)
    await stage.shows.hand_over(SHOW, HOST, THERE)
    assert len(await arrivals(stage)) == 1
    _, told = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, here)
    assert [push["type"] for push in told if push["type"] != "show.changed"] == ["hand_over.declined"]
    _, told = await assert_snapshot_plus_pushes_equals_fresh(stage.database, THERE, there)
    lists = [push["declined"] for push in told if push["type"] == "arrivals.declined"]
    assert lists == [
        [{"show": SHOW, "title": "Spring knitwear", "host": "Mika", "channel": "Demo"}],
        [],
    ]
    acts = [(audit.action, audit.role) for audit in await stage.audits()]
    assert acts.count(("arrival.decline", "moderator")) == 2
    assert ("show.hand_over", "server") in acts, "nobody of another channel is named"


async def test_what_cannot_be_declined_has_a_code(stage: Stage, welcomes: Welcomes) -> None:
    await stage.add_show("draft", channel=CHANNEL, state="draft")
    for show, code in ((THERE, Code.INVALID), ("nowhere", Code.NOT_FOUND), ("draft", Code.NOT_FOUND)):
        with refused(code):
            await stage.shows.decline_arrival(THERE, MODERATOR, show)
    assert "declined" not in (await see(stage.database, THERE)).staff
