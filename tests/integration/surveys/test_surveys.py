"""Surveys in the journal and in the ledger: opened once, answered once, counted once."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from server.journal.intents import intent_of
from server.ledger.rollup_repository import verify_rollups
from server.protocol.codes import Code
from server.surveys.rules import Said, Survey, wording_of
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, MODERATOR, SHOW, Stage, refused

NPS = wording_of("nps", "How likely are you to recommend us?", why=True)
CHOICE = wording_of("choice", "Which colour next?", choices=("Blue", "Red"))
EVENING = "evening"


async def prepare(stage: Stage, wording: Any = NPS, *, show: str = SHOW, at_end: bool = False) -> Survey:
    return await stage.surveys.prepare(show, CHANNEL, HOST, wording, at_end=at_end)


async def answer(stage: Stage, survey: str, viewer: str = "v_ann", *, show: str = SHOW, **said: Any) -> str:
    return await stage.surveys.answer(show, viewer, survey, Said(**said), staff=viewer == HOST.viewer_id)


async def scalar(stage: Stage, asked: str) -> Any:
    async with stage.database.read() as connection:
        return await connection.scalar(text(asked))


async def test_a_survey_is_opened_answered_and_closed_and_a_receiver_can_follow(stage: Stage) -> None:
    first, second = await prepare(stage), await prepare(stage, CHOICE)
    old = await see(stage.database, SHOW)
    assert "survey" not in old.public
    assert await stage.surveys.open(SHOW, HOST, first.id) == "open"
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert await stage.surveys.open(SHOW, MODERATOR, second.id) == "open"
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in public] == ["survey.opened", "survey.closed", "survey.opened"]
    assert public[-1]["survey"]["choices"] == ["Blue", "Red"]
    assert await stage.surveys.close(SHOW, HOST, second.id) == "closed"
    assert await stage.surveys.close(SHOW, HOST, second.id) == "closed"
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    with refused(Code.SURVEY_CLOSED):
        await stage.surveys.open(SHOW, HOST, first.id)
    assert [row.action for row in await stage.audits()][-3:] == ["survey.open", "survey.open", "survey.close"]


async def test_a_viewers_answer_is_one_fact_and_a_later_one_takes_its_place(
    stage: Stage, second: Stage
) -> None:
    survey = (await prepare(stage)).id
    with refused(Code.NOT_FOUND):
        await answer(stage, survey, score=9)
    await stage.surveys.open(SHOW, HOST, survey)
    intent = intent_of("v_ann", "k-0123456789", survey)
    for process in (stage, second):
        said = Said(score=3)
        assert await process.surveys.answer(SHOW, "v_ann", survey, said, staff=False, intent=intent) == survey
    await answer(second, survey, score=9, words="The fitting")
    await answer(stage, survey, "v_ben", score=10)
    await answer(stage, survey, HOST.viewer_id, score=0)
    with refused(Code.INVALID):
        await answer(stage, survey, "v_cat", choice=1)
    facts = [(viewer, target) for kind, viewer, target, _ in await stage.facts() if kind == "survey_answer"]
    assert sorted(facts) == [(HOST.viewer_id, survey), ("v_ann", survey), ("v_ben", survey)]
    assert await scalar(stage, "SELECT survey_answers FROM rollup WHERE viewer_id = 'v_ann'") == 1
    async with stage.database.read() as connection:
        assert await verify_rollups(connection) == []
    (counted,) = await stage.surveys.list_of(SHOW, CHANNEL)
    assert (counted.counts.answers, dict(counted.counts.scores)) == (2, {9: 1, 10: 1}), "staff count nowhere"
    (written,) = await stage.surveys.words_of(survey, CHANNEL, "FITTING", limit=10, offset=0)
    assert (written.viewer_id, written.score) == ("v_ann", 9)
    assert await stage.surveys.seen_by(SHOW, ["v_ann"]) == [survey]
    await stage.surveys.close(SHOW, HOST, survey)
    with refused(Code.SURVEY_CLOSED):
        await answer(stage, survey, score=1)
    assert (
        await stage.surveys.answer(SHOW, "v_ann", survey, Said(score=3), staff=False, intent=intent) == survey
    )


async def test_what_the_show_or_the_channel_asks_opens_with_the_end_and_closes_by_time(stage: Stage) -> None:
    await stage.surveys.set_default(CHANNEL, HOST, NPS)
    await stage.add_show(EVENING)
    own = await prepare(stage, CHOICE, at_end=True)
    asked_live = await prepare(stage)
    await stage.surveys.open(SHOW, HOST, asked_live.id)
    with refused(Code.CONFLICT):
        await prepare(stage, at_end=True)
    for show in (SHOW, EVENING):
        old = await see(stage.database, show)
        await stage.shows.end(show, HOST)
        await stage.shows.end(show, HOST)
        fresh = await see(stage.database, show)
        assert fresh.offset - old.offset == (3 if show == SHOW else 2)
    states = {each.survey.id: each.survey.state for each in await stage.surveys.list_of(SHOW, CHANNEL)}
    assert states == {own.id: "open", asked_live.id: "closed"}
    (of_channel,) = await stage.surveys.list_of(EVENING, CHANNEL)
    assert (of_channel.survey.wording, of_channel.survey.state) == (NPS, "open")
    stage.tick(23 * 3600)
    await answer(stage, of_channel.survey.id, show=EVENING, score=8)
    stage.tick(3600)
    with refused(Code.SURVEY_CLOSED):
        await answer(stage, of_channel.survey.id, show=EVENING, score=9)


async def test_a_survey_that_is_open_when_the_show_ends_goes_on_until_its_time(stage: Stage) -> None:
    survey = await prepare(stage)
    await stage.surveys.open(SHOW, HOST, survey.id)
    await stage.shows.end(SHOW, HOST)
    (counted,) = await stage.surveys.list_of(SHOW, CHANNEL)
    assert counted.survey.closes_at == stage.clock.now() + timedelta(hours=24)
    await answer(stage, survey.id, score=9)


async def test_a_rehearsal_leaves_surveys_as_they_were_prepared(stage: Stage) -> None:
    await stage.add_show(EVENING, state="scheduled")
    survey = await prepare(stage, show=EVENING)
    with refused(Code.SHOW_NOT_LIVE):
        await stage.surveys.open(EVENING, HOST, survey.id)
    await stage.shows.step(EVENING, HOST, "rehearse", CHANNEL)
    await stage.surveys.open(EVENING, HOST, survey.id)
    await answer(stage, survey.id, HOST.viewer_id, show=EVENING, score=9)
    await stage.shows.start(EVENING, HOST)
    assert await stage.facts() == []
    assert await scalar(stage, "SELECT count(*) FROM survey_answer") == 0
    assert await stage.surveys.open(EVENING, HOST, survey.id) == "open", "as if it had never been"


async def test_a_survey_is_changed_before_it_was_open_and_of_ones_own_channel_alone(stage: Stage) -> None:
    survey, last = await prepare(stage), await prepare(stage, at_end=True)
    with refused(Code.NOT_FOUND):
        await stage.surveys.change(survey.id, ELSEWHERE, HOST, CHOICE, at_end=False)
    with refused(Code.CONFLICT):
        await stage.surveys.change(survey.id, CHANNEL, HOST, CHOICE, at_end=True)
    await stage.surveys.change(last.id, CHANNEL, HOST, CHOICE, at_end=True)
    await stage.surveys.change(last.id, CHANNEL, HOST, NPS, at_end=False)
    await stage.surveys.change(survey.id, CHANNEL, HOST, CHOICE, at_end=True)
    kept = [(each.survey.wording, each.survey.at_end) for each in await stage.surveys.list_of(SHOW, CHANNEL)]
    assert kept == [(CHOICE, True), (NPS, False)]
    await stage.surveys.open(SHOW, HOST, survey.id)
    with refused(Code.CONFLICT):
        await stage.surveys.change(survey.id, CHANNEL, HOST, NPS, at_end=True)
    assert (await stage.surveys.list_of(SHOW, CHANNEL))[0].survey.wording == CHOICE


async def test_a_survey_is_removed_before_it_was_open_and_of_ones_own_channel_alone(stage: Stage) -> None:
    survey = await prepare(stage)
    with refused(Code.NOT_FOUND):
        await stage.surveys.remove(survey.id, ELSEWHERE, HOST)
    with refused(Code.NOT_FOUND):
        await stage.surveys.list_of(SHOW, ELSEWHERE)
    await stage.surveys.open(SHOW, HOST, survey.id)
    with refused(Code.CONFLICT):
        await stage.surveys.remove(survey.id, CHANNEL, HOST)
    other = await prepare(stage)
    await stage.surveys.remove(other.id, CHANNEL, HOST)
    assert len(await stage.surveys.list_of(SHOW, CHANNEL)) == 1


async def test_what_a_guest_answered_before_they_signed_in_counts_once_with_what_they_answer_then(
    stage: Stage,
) -> None:
    survey = (await prepare(stage)).id
    await stage.surveys.open(SHOW, HOST, survey)
    await answer(stage, survey, "v_guest", score=2)
    stage.tick()
    await answer(stage, survey, "v_known", score=10)
    async with stage.database.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('a', 'demo', 'v_guest', 'v_known', now())"
            )
        )
    (counted,) = await stage.surveys.list_of(SHOW, CHANNEL)
    assert dict(counted.counts.scores) == {10: 1}
