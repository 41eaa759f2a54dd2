"""What came of a moment: the minutes after it against the same span before, of viewers alone; and who bought after an answer."""

import json

import pytest
from sqlalchemy import text

from server.clock import ManualClock
from server.db.engine import Database
from server.errors import RefusedError
from server.questions.tables import VoteRow
from server.stats.channel.moments import Moment, MomentsReport
from server.stats.channel.service import ChannelReports
from server.stats.final_repository import read_moments
from server.stats.repository import read_show
from server.workers.rollups import RollupKeeper
from tests.integration.stats.hand_made import HandMade, add, add_channel, minutes

LENGTH = 60


async def moments_of(url: str, *, at: float = 200, minutes_each: int = 5) -> MomentsReport:
    """A show in which a product is pinned at minute 20, a question answered at 30, and something announced at 2 and 59."""
    database = Database(url)
    try:
        async with database.write() as connection:
            await add_channel(connection)
            show = await HandMade(connection, "s", length=None if at < LENGTH else LENGTH).open()
            await fill(show)
            question = await show.ask("anna", 22, "answered", answered_after=8)
            await add(
                connection,
                VoteRow,
                *(
                    {
                        "question_id": question,
                        "viewer_id": who,
                        "show_id": "s",
                        "at": show.at(23),
                        "suspect": who == "bot",
                    }
                    for who in ("ben", "chie", "bot")
                ),
            )
            await tell(show, question)
            await show.close()
        reports = ChannelReports(database, ManualClock(show.at(at)))
        return await reports.moments("s", minutes=minutes_each)
    finally:
        await database.close()


async def fill(show: HandMade) -> None:
    for viewer in ("anna", "ben", "chie", "dan", "glance"):
        await show.attend(viewer)
    await show.attend("bot", guest=True, suspect=True)
    await show.play("anna", (0, 60))
    await show.play("ben", (0, 60))
    await show.play("chie", (21, 31))  # came with the pin, and was there for the answer
    await show.play("dan", (0, 19))  # had gone by then
    await show.play("glance", (20, 20.01))
    await show.play("bot", (0, 60))
    product = f"{show.channel}-1"
    for viewer, minute in (
        ("anna", 18),
        ("anna", 21),
        ("ben", 21),
        ("chie", 22),
        ("bot", 21),
        ("glance", 21),
    ):
        show.do(viewer, "click", minute, product)
    await show.buy("dan", 1, 18)
    await show.buy("ben", 1, 20)  # at the moment itself is after it
    await show.buy("anna", 1, 24)
    await show.buy("ben", 1, 33)
    await show.buy("bot", 1, 21)


async def tell(show: HandMade, question: str) -> None:
    await show.publish(2, "announce", json.dumps({"text": "Hello"}))
    await show.publish(20, "product.pinned", json.dumps({"product": f"{show.channel}-1"}))
    await show.publish(30, "question.answered", json.dumps({"question": {"id": question}}))
    await show.publish(40, "product.pinned", json.dumps({"product": None}))
    await show.publish(59, "announce", json.dumps({"text": "Bye"}))


def amounts(moment: Moment) -> dict[str, tuple[object, object]]:
    """Before and after, of shares the two numbers."""
    return {
        each.key: tuple(
            None if side is None else (side.part, side.whole) if side.kind == "share" else side.amount
            for side in (each.b, each.a)
        )  # type: ignore[misc]
        for each in moment.changes
    }


async def test_the_minutes_after_a_pin_are_held_against_those_before(database_url: str) -> None:
    report = await moments_of(database_url)
    assert [(each.kind, each.t / 60) for each in report.moments] == [
        ("announce", 2),
        ("product.pinned", 20),
        ("question.answered", 30),
        ("announce", 59),
    ]
    pin = report.moments[1]
    assert (pin.seconds, pin.watching, pin.provisional, pin.text) == (300, 2, False, "=Product 1")
    assert amounts(pin) == {
        "moment_watching": (3, 3),  # anna, ben and dan before; anna, ben and chie after
        "moment_conversion": ((1, 3), (2, 3)),
        "moment_clickers": ((1, 3), (3, 3)),
        "moment_clicks": (1, 3),
        "moment_orders": (1, 2),
        "moment_questions": (0, 1),
    }
    chances = {each.key: each.chance for each in pin.changes}
    assert chances["moment_conversion"] is not None
    assert chances["moment_conversion"].test == "fisher_exact"
    assert chances["moment_orders"] is None


async def test_moments_are_kept_with_the_show_and_are_the_same(database_url: str) -> None:
    plain = await moments_of(database_url)
    database, clock = Database(database_url), ManualClock(plain.as_of)
    try:
        await RollupKeeper(database, clock).run_all()
        async with database.read() as connection:
            show = await read_show(connection, "s", clock.now())
            assert show is not None
            assert await read_moments(connection, show) is not None
        async with database.write() as connection:
            await connection.execute(text("UPDATE product SET title = 'Tea' WHERE id = 'channel-1'"))
            await connection.execute(text("UPDATE show SET title = 'Renamed'"))
        kept = await ChannelReports(database, clock).moments("s")
        assert (kept.show.title, kept.moments[1].text) == ("Renamed", "Tea")
        async with database.write() as connection:
            await connection.execute(text("DELETE FROM final_report"))
        by_rows = await ChannelReports(database, clock).moments("s")
        assert by_rows == kept
        named = {"text": plain.moments[1].text}
        renamed = [m.model_copy(update=named) if i == 1 else m for i, m in enumerate(kept.moments)]
        assert renamed == plain.moments
        assert kept.suspected_bots == plain.suspected_bots
    finally:
        await database.close()


async def test_both_sides_are_cut_alike_at_the_ends_of_the_show(database_url: str) -> None:
    first, *_, last = (await moments_of(database_url)).moments
    assert (first.seconds, last.seconds) == (120, 60)


async def test_an_answer_names_the_purchases_of_those_who_asked_voted_and_were_there(
    database_url: str,
) -> None:
    answer = (await moments_of(database_url)).moments[2]
    found = {group.who: (group.conversion.part, group.conversion.whole) for group in answer.groups}
    assert found == {"asked": (0, 1), "voted": (1, 2), "watching": (1, 3)}


async def test_a_span_that_is_not_over_says_so(database_url: str) -> None:
    report = await moments_of(database_url, at=31)
    answer = report.moments[-1]
    assert report.provisional
    assert (answer.seconds, answer.provisional) == (60, True)
    assert not report.moments[1].provisional


async def test_a_show_that_has_not_begun_has_no_moments(database_url: str) -> None:
    database = Database(database_url)
    async with database.write() as connection:
        await add_channel(connection)
        show = await HandMade(connection, "s", start=None).open()
        assert show.id == "s"
    reports = ChannelReports(database, ManualClock(HandMade(connection, "x").at(0) + minutes(5)))
    assert (await reports.moments("s")).moments == []
    with pytest.raises(RefusedError):
        await reports.moments("nowhere")
    await database.close()
