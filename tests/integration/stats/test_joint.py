"""The figures of two shows that are held as one: each channel's own, and what they come to together, each person once."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from server.clock import ManualClock
from server.db.engine import Database
from server.errors import RefusedError
from server.stats.joint import JointMoney, report_joint
from server.stats.ratio import Ratio
from server.stats.service import Reports
from tests.integration.stats.hand_made import START, HandMade, add_channel, add_process

OTHER = "other"
_JOIN = text("""
    UPDATE show SET joint = jsonb_build_object('leading', 'a', 'shows', jsonb_build_array(
        jsonb_build_object('show', 'a', 'channel', 'channel', 'name', 'Channel'),
        jsonb_build_object('show', 'b', 'channel', 'other', 'name', 'Other')))
    WHERE id IN ('a', 'b')
""")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    async with opened.write() as connection:
        await add_channel(connection)
        await add_channel(connection, OTHER)
        await add_process(connection, "p", START)
        a = await HandMade(connection, "a").open()
        b = await HandMade(connection, "b", channel=OTHER).open()
        for show, viewers in ((a, "anna john carl"), (b, "anna john dora")):
            for viewer in viewers.split():
                await show.attend(viewer)
                await show.play(viewer, (0, 10))
        await a.attend("glimpse")
        await a.buy("anna", 1, 2)
        await a.buy("carl", 1, 3, quantity=2)
        await a.buy("glimpse", 1, 4)  # without a view: in the money, and no buyer of a share
        await b.buy("anna", 2, 2)
        await b.buy("dora", 2, 5)
        await b.buy("carl", 2, 6)  # a viewer of the other show, and none of this one
        await a.close()
        await b.close()
        await HandMade(connection, "alone").open()
        await connection.execute(_JOIN)
    yield opened
    await opened.close()


def _yen(orders: int, units: int, minor: int) -> list[JointMoney]:
    return [
        JointMoney(
            currency="JPY", orders=orders, units=units, gmv_minor=minor, refunded_minor=0, net_minor=minor
        )
    ]


async def test_each_channels_figures_are_its_own_and_together_each_person_counts_once(
    database: Database,
) -> None:
    reports = Reports(database, ManualClock(START + timedelta(days=100)))
    joint = await report_joint(reports, database, "a")
    ours, theirs = joint.shows
    assert (ours.name, ours.viewers, ours.bought) == ("Channel", 3, Ratio.of(2, 3))
    assert (theirs.name, theirs.viewers, theirs.bought) == ("Other", 3, Ratio.of(2, 3))
    assert (ours.money, theirs.money) == (_yen(3, 4, 4_000), _yen(3, 3, 1_500))
    together = joint.together
    assert (together.viewers, together.bought) == (4, Ratio.of(3, 4))
    assert together.bought_of_several == 1  # anna: carl bought of both, but watched one of them alone
    assert together.money == _yen(6, 7, 5_500)
    assert (joint.leading, joint.provisional) == ("a", False)
    # What each show's own report says is what stands there.
    for part in joint.shows:
        own = await reports.report(part.show)
        assert (own.audience.viewers, own.money[0].gmv_minor) == (part.viewers, part.money[0].gmv_minor)
    # From whichever show it is asked for, it is the same report.
    assert await report_joint(reports, database, "b") == joint


async def test_a_show_that_is_held_by_itself_is_told_by_itself(database: Database) -> None:
    reports = Reports(database, ManualClock(START + timedelta(days=100)))
    alone = await report_joint(reports, database, "alone")
    assert [(each.show, each.viewers) for each in alone.shows] == [("alone", 0)]
    assert (alone.together.viewers, alone.together.bought) == (0, Ratio.of(0, 0))
    with pytest.raises(RefusedError):
        await report_joint(reports, database, "nowhere")
