"""What the demo's viewers think: a survey in each past show with its answers, reviews of what they bought, and surveys for the live show.

The same for the same shows: dice fall by the show's id.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.demo import repository
from server.demo.catalogue import CHANNEL_ID, EARLIER_SHOW_ID, HOST_NAME, LIVE_SHOW_ID, NAMES, PAST_SHOW_ID
from server.ids import new_id
from server.ledger.entries import Fact
from server.ledger.repository import append_facts
from server.surveys.repository import insert_survey, read_surveys, write_default
from server.surveys.rules import Survey, wording_of
from server.surveys.tables import ReviewRow, SurveyAnswerRow, SurveyRow

QUESTION: Final = (
    "How likely are you to recommend this show to a friend? · この配信を友人にすすめたいと思いますか？"
)
NEXT: Final = "What would you like to see next? · 次回は何を見たいですか？"
CHOICES: Final = ("Winter linen · 冬のリネン", "A kiln visit · 窯元めぐり", "Gifts · 贈りもの")
NPS: Final = wording_of("nps", QUESTION, why=True)
OPENED_AT: Final = 0.8
"""Of the show's length."""
ANSWERING: Final = 0.45
WRITING: Final = 0.2
REVIEWS_OF_EACH: Final = 9
WAITING: Final = 3
"""So many of the last reviews nobody has looked at yet."""
_REASONS: Final = {
    "promoter": ("I could see the glaze up close", "質問にすぐ答えてもらえた", "Calm, and never pushy", "作り手の話が聞けてよかった"),
    "passive": ("Good, a little long", "もう少し早く商品を見たかった", "Nice things, dear shipping"),
    "detractor": ("The picture froze twice", "音が小さかった", "My question was not answered"),
}  # fmt: skip
_OPINIONS: Final = (
    (5, "Even nicer in the hand than on the video."),
    (5, "写真より落ち着いた色で、とても気に入りました。"),
    (4, "Well packed and quick. A little smaller than I thought."),
    (5, ""),
    (4, "毎日使っています。手入れも簡単です。"),
    (3, "Good, but I waited nine days for it."),
    (5, "A gift for my mother; she uses it every morning."),
    (2, "届いたとき、少し傷がありました。交換してもらえました。"),
    (4, ""),
)
_SHOWS = text("""
    SELECT id, started_at, ended_at FROM show AS s
    WHERE channel_id = :channel AND state = 'ended' AND (id LIKE 'demo-year-%' OR id = ANY(:past))
      AND NOT EXISTS (SELECT FROM survey WHERE show_id = s.id) ORDER BY id
""")
_THERE = text("""
    SELECT viewer_id, watched_us / 6e7 AS minutes, orders > 0 AS bought FROM rollup
    WHERE show_id = :show AND views > 0 AND NOT suspect AND NOT staff AND watched_until > :opened ORDER BY viewer_id
""")
_BUYERS = text("""
    SELECT product_id, viewer_id, min(at) AS at FROM orders
    WHERE show_id = :show GROUP BY product_id, viewer_id ORDER BY product_id, viewer_id
""")


async def seed_opinions(connection: AsyncConnection, now: datetime) -> None:
    """Write what is missing: of past shows their surveys, answers and reviews, of the live show what its host can ask."""
    past = [PAST_SHOW_ID, EARLIER_SHOW_ID]
    shows = (await connection.execute(_SHOWS, {"channel": CHANNEL_ID, "past": past})).all()
    facts: list[Fact] = []
    for show in shows:
        facts += await _ask(connection, show)
    await append_facts(connection, facts)
    if any(show.id == PAST_SHOW_ID for show in shows):
        await write_default(connection, CHANNEL_ID, NPS)
        await repository.copy_rows(connection, await _reviews(connection, now))
    if not await read_surveys(connection, LIVE_SHOW_ID):
        for wording in (NPS, wording_of("choice", NEXT, choices=CHOICES)):
            survey = Survey(new_id("sv"), CHANNEL_ID, LIVE_SHOW_ID, wording, False, "ready", 0, now)
            await insert_survey(connection, survey)


async def _ask(connection: AsyncConnection, show: Row[Any]) -> list[Fact]:
    """Write the survey of a past show and its answers, and return the facts that go with them."""
    random = Random(f"opinions of {show.id}")
    opened = show.started_at + OPENED_AT * (show.ended_at - show.started_at)
    survey = _survey(show, opened)
    answers, facts = [], []
    for viewer in await connection.execute(_THERE, {"show": show.id, "opened": opened}):
        shown = opened + timedelta(seconds=random.uniform(0, 4))
        facts.append(Fact(show.id, viewer.viewer_id, "survey_shown", shown, survey.id))
        if random.random() < ANSWERING:
            answer = _answer(random, survey, viewer, shown + timedelta(seconds=random.uniform(5, 90)))
            answers.append(answer)
            facts.append(Fact(show.id, viewer.viewer_id, "survey_answer", answer.at, survey.id))
    await repository.copy_rows(connection, [survey])
    await repository.copy_rows(connection, answers)
    return facts


def _survey(show: Row[Any], opened: datetime) -> SurveyRow:
    closed = show.ended_at + timedelta(hours=NPS.hours_after_end)
    return SurveyRow(
        id=f"sv_{show.id}",
        channel_id=CHANNEL_ID,
        show_id=show.id,
        kind=NPS.kind,
        question=NPS.question,
        choices=[],
        why=NPS.why,
        at_end=False,
        hours_after_end=NPS.hours_after_end,
        state="closed",
        version=2,
        created_at=show.started_at,
        opened_at=opened,
        closed_at=closed,
        closes_at=closed,
    )


def _answer(random: Random, survey: SurveyRow, viewer: Row[Any], at: datetime) -> SurveyAnswerRow:
    """Return what a viewer says: who stayed long and who bought think better of the show."""
    score = score_of(random, minutes=float(viewer.minutes), bought=viewer.bought)
    return SurveyAnswerRow(
        survey_id=survey.id,
        viewer_id=viewer.viewer_id,
        show_id=survey.show_id,
        score=score,
        words=random.choice(_REASONS[_class_of(score)]) if random.random() < WRITING else None,
        at=at,
        changed_at=at,
    )


def score_of(random: Random, *, minutes: float, bought: bool) -> int:
    """Return a score from 0 to 10."""
    liking = 6.6 + 2.2 * min(1.0, minutes / 30) + (1.2 if bought else 0.0)
    return max(0, min(10, round(random.gauss(liking, 1.8))))


def _class_of(score: int) -> str:
    return "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"


async def _reviews(connection: AsyncConnection, now: datetime) -> list[ReviewRow]:
    """Return what buyers of the last past show say; the last ones wait for somebody to approve them."""
    buyers: dict[str, list[Row[Any]]] = {}
    for row in await connection.execute(_BUYERS, {"show": PAST_SHOW_ID}):
        buyers.setdefault(row.product_id, []).append(row)
    rows = [review for product in sorted(buyers) for review in _of_product(buyers[product], now)]
    for review in sorted(rows, key=lambda review: review.at)[-WAITING:]:
        review.state, review.version, review.moderated_at, review.moderated_by = "pending", 0, None, None
    return rows


def _of_product(buyers: list[Row[Any]], now: datetime) -> Iterator[ReviewRow]:
    random = Random(f"reviews of {buyers[0].product_id}")
    chosen = random.sample(buyers, min(len(buyers), random.randint(5, REVIEWS_OF_EACH)))
    for buyer, (stars, words) in zip(chosen, random.sample(_OPINIONS, len(chosen)), strict=True):
        at = min(now, buyer.at + timedelta(days=random.uniform(2, 6)))
        yield ReviewRow(
            id=new_id("rv"),
            channel_id=CHANNEL_ID,
            product_id=buyer.product_id,
            show_id=PAST_SHOW_ID,
            viewer_id=buyer.viewer_id,
            stars=stars,
            words=words,
            author=random.choice((None, random.choice(NAMES))),
            bought=True,
            state="approved",
            version=1,
            at=at,
            moderated_at=at,
            moderated_by=HOST_NAME,
        )
