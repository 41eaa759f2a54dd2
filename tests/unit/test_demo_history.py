"""The demo's past is the same everywhere, and nothing in it could not have happened."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from server.demo.history import unfold, units_sold
from server.demo.people import earlier_viewers, past_viewers, recognisable_viewers
from server.demo.plan import PastPlan
from server.demo.seed import past_plans
from server.demo.stage import Pace, Stage

NOW = datetime(2026, 7, 12, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module", params=past_plans(NOW), ids=lambda plan: plan.show_id)
def plan(request: pytest.FixtureRequest) -> PastPlan:
    planned: PastPlan = request.param
    return planned


def test_the_same_plan_gives_the_same_history(plan: PastPlan) -> None:
    once, again = unfold(plan), unfold(plan)
    assert once.facts == again.facts
    assert once.questions == again.questions
    assert [order.model_dump() for order in once.orders] == [order.model_dump() for order in again.orders]


def test_whoever_does_something_is_watching_at_that_moment(plan: PastPlan) -> None:
    history = unfold(plan)
    stretches: dict[str, list[tuple[datetime, datetime]]] = {}
    for stretch in history.playing:
        assert stretch.ended_at is not None
        assert plan.started_at <= stretch.started_at < stretch.ended_at <= plan.ended_at
        stretches.setdefault(stretch.viewer_id, []).append((stretch.started_at, stretch.ended_at))
    unseen = [
        fact
        for fact in history.facts
        if not any(start <= fact.at <= end for start, end in stretches[fact.viewer_id])
    ]
    assert [fact for fact in unseen if fact.kind in ("question", "vote", "impression")] == []
    assert [fact for fact in unseen if fact.at > plan.ended_at] == []


def test_an_order_follows_a_click_which_follows_an_impression(plan: PastPlan) -> None:
    first: dict[tuple[str, str, str | None], datetime] = {}
    for fact in sorted(unfold(plan).facts, key=lambda fact: fact.at):
        first.setdefault((fact.kind, fact.viewer_id, fact.target), fact.at)
    for (kind, viewer, product), at in first.items():
        if kind == "order":
            clicked = first["click", viewer, product]
            assert first["impression", viewer, product] <= clicked < at


def test_every_order_is_a_fact_with_its_units_and_money(plan: PastPlan) -> None:
    history = unfold(plan)
    facts = [fact for fact in history.facts if fact.kind == "order"]
    assert sum(fact.n for fact in facts) == sum(units_sold(history.orders).values())
    assert sum(fact.amount_minor or 0 for fact in facts) == sum(
        order.amount_minor for order in history.orders
    )


def test_one_viewer_votes_once_for_a_question_and_votes_are_counted(plan: PastPlan) -> None:
    history = unfold(plan)
    assert len({(vote.question_id, vote.viewer_id) for vote in history.votes}) == len(history.votes)
    assert sum(question.votes for question in history.questions) == len(history.votes)
    assert all(earlier.asked_at <= later.asked_at for earlier, later in pairwise(history.questions))


def test_some_came_back_and_only_those_who_may_be_recognised() -> None:
    earlier = {person.viewer_id for person in earlier_viewers()}
    returned = [person for person in past_viewers() if person.viewer_id in earlier]
    assert 40 < len(returned) < 110
    assert all(person.remembered for person in [*returned, *recognisable_viewers()])


def test_the_stage_learns_the_show_from_the_protocols_own_words() -> None:
    stage = Stage()
    product = {"id": "p_1", "price": 500, "stock": 2}
    stage.see_snapshot(
        {"show": {"state": "live"}, "products": [product], "pinned_product": "p_1", "questions": []}
    )
    assert stage.on_sale() == ["p_1"] * 3
    stage.see_push({"type": "question.posted", "question": {"id": "q_1", "text": "?"}}, 0.0)
    stage.see_push({"type": "product.stock", "products": [{"product": "p_1", "stock": 0}]}, 0.0)
    assert stage.questions == {"q_1": "?"}
    assert stage.on_sale() == []
    stage.see_push({"type": "question.dismissed", "question": "q_1"}, 0.0)
    stage.see_push({"type": "show.ended", "show": {"state": "ended"}}, 0.0)
    assert (stage.questions, stage.live) == ({}, False)


def test_a_pace_lets_something_happen_once_per_gap() -> None:
    pace = Pace(10.0)
    assert [pace.take(now) for now in (0.0, 5.0, 9.9, 10.0, 12.0, 20.0)] == [
        True,
        False,
        False,
        True,
        False,
        True,
    ]
