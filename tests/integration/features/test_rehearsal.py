"""A rehearsal leaves nothing behind: the show stands as before, in an epoch of its own, and nothing of it is a fact."""

import asyncio

from sqlalchemy import text

from server.journal.repository import read_heads, read_tail
from server.protocol.codes import Code
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, HOST, MODERATOR, Stage, refused

EVENING = "evening"


async def ask(stage: Stage, words: str, *, viewer: str = "v_ann", role: str = "viewer") -> str:
    """Ask in the evening's show, and return the question's id."""
    return (await stage.questions.ask(EVENING, viewer, viewer, words, role=role)).id


async def head(stage: Stage) -> tuple[str, int, bool]:
    """Return epoch, top and whether it is a rehearsal."""
    async with stage.database.read() as connection:
        row = await connection.execute(
            text("SELECT epoch, top, rehearsal FROM journal_head WHERE show_id = :show"), {"show": EVENING}
        )
        found: tuple[str, int, bool] = tuple(row.one())
        return found


async def rehearse(stage: Stage) -> None:
    """Play a rehearsal with everything that staff may do in it."""
    await stage.shows.step(EVENING, HOST, "rehearse", CHANNEL)
    question = await ask(stage, "Is the microphone on?", viewer=HOST.viewer_id, role="host")
    await stage.questions.vote(EVENING, MODERATOR.viewer_id, question, role="moderator")
    await stage.questions.pin(EVENING, HOST, question)
    await stage.shop.pin_product(EVENING, HOST, "p_bowl")
    await stage.shows.announce(EVENING, HOST, "Testing, testing")
    with refused(Code.SHOW_NOT_LIVE):
        await stage.buy(HOST.viewer_id, "p_bowl", show=EVENING)


async def test_the_show_stands_after_a_rehearsal_as_it_did_before(stage: Stage) -> None:
    await stage.add_show(EVENING, state="scheduled")
    asked = await ask(stage, "Will there be blue ones?")
    await stage.questions.vote(EVENING, "v_ben", asked)
    await stage.questions.pin(EVENING, HOST, asked)
    await stage.shows.announce(EVENING, HOST, "Come at eight")
    before, (epoch, top, _), facts = (
        await see(stage.database, EVENING),
        await head(stage),
        await stage.facts(),
    )
    await rehearse(stage)
    in_it = await see(stage.database, EVENING)
    assert [question["text"] for question in in_it.staff["questions"]] == ["Is the microphone on?"]
    await stage.shows.step(EVENING, HOST, "schedule", CHANNEL)

    after = await see(stage.database, EVENING)
    assert after.staff["show"].pop("version") == before.staff["show"].pop("version") + 2
    assert after.staff == before.staff
    assert await stage.facts() == facts
    assert await stage.orders() == []
    assert await stage.products() == {
        "p_apron": (10, 0),
        "p_bowl": (3, 0),
        "p_gone": (10, 0),
        "p_other": (10, 0),
    }
    new_epoch, new_top, rehearsal = await head(stage)
    assert (new_epoch != epoch, new_top, rehearsal) == (True, top + 1, False)
    await stage.questions.vote(EVENING, "v_cat", asked)
    assert len(await stage.facts()) == len(facts) + 1, "afterwards votes are facts again"


async def test_a_rehearsal_may_become_the_show_and_is_not_in_its_journal(stage: Stage) -> None:
    await stage.add_show(EVENING, state="scheduled")
    await rehearse(stage)
    await stage.shows.start(EVENING, HOST)
    async with stage.database.read() as connection:
        tail = await read_tail(connection, EVENING, 0, 2**53)
    assert [publication.type for publication in tail] == ["show.started"]
    live = await see(stage.database, EVENING)
    assert (live.staff["show"]["state"], live.staff["questions"], live.staff["announcement"]) == (
        "live",
        [],
        None,
    )
    assert (live.staff["pinned_product"], live.staff["pinned_question"]) == (None, None)
    await stage.buy("v_ann", "p_bowl", show=EVENING)
    assert await stage.facts() == [("order", "v_ann", "p_bowl", 1)]


async def test_each_rehearsal_has_an_epoch_of_its_own_and_pushes_that_make_its_snapshot(stage: Stage) -> None:
    await stage.add_show(EVENING, state="scheduled")
    epochs = set()
    for _ in range(2):
        await stage.shows.step(EVENING, HOST, "rehearse", CHANNEL)
        begun = await see(stage.database, EVENING)
        await ask(stage, "One, two?", viewer=HOST.viewer_id, role="host")
        await stage.shows.announce(EVENING, HOST, "Three")
        await assert_snapshot_plus_pushes_equals_fresh(stage.database, EVENING, begun)
        async with stage.database.read() as connection:
            (place,) = await read_heads(connection, [EVENING])
        epochs.add(place.epoch)
        await stage.shows.step(EVENING, HOST, "schedule", CHANNEL)
    assert len(epochs) == 2


async def test_what_was_on_the_way_when_it_began_is_kept_or_refused_and_never_lost(stage: Stage) -> None:
    """Commands of one moment share a transaction: a question is either asked before the rehearsal, and stands after it, or refused."""
    await stage.add_show(EVENING, state="scheduled")
    asking = [ask(stage, f"Question {n}?", viewer=f"v_{n}") for n in range(6)]
    tasks = [*asking[:3], stage.shows.step(EVENING, HOST, "rehearse", CHANNEL), *asking[3:]]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    await stage.shows.step(EVENING, HOST, "schedule", CHANNEL)
    kept = {question["id"] for question in (await see(stage.database, EVENING)).public["questions"]}
    assert kept == {answer for answer in answers if isinstance(answer, str)}
    assert len(await stage.facts()) == len(kept)


async def test_a_cancelled_rehearsal_leaves_nothing_either(stage: Stage) -> None:
    await stage.add_show(EVENING, state="scheduled")
    await rehearse(stage)
    await stage.shows.step(EVENING, HOST, "cancel", CHANNEL)
    cancelled = await see(stage.database, EVENING)
    assert (cancelled.public["show"]["state"], cancelled.public["questions"]) == ("cancelled", [])
    with refused(Code.SHOW_NOT_LIVE):
        await ask(stage, "Why?")
    await stage.shows.step(EVENING, HOST, "schedule", CHANNEL)
    assert await ask(stage, "Is it on again?")
