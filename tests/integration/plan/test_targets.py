"""Targets: set before a show, held against the report's own figures, marked where they were set later, never lost to a colleague."""

from datetime import timedelta
from typing import Any

import pytest

from server.access.roles import ROLES
from server.plan.metrics import MEASURES, METRICS
from server.stats.report import ShowReport
from tests.integration.plan.plan_world import NEXT, NOW, Planner


async def set_targets(planner: Planner, show: str, **amounts: float) -> Any:
    body = {"targets": [{"metric": metric, "amount": amount} for metric, amount in amounts.items()]}
    answer = await planner.ask("PUT", f"/shows/{show}/targets", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def by_metric(body: Any) -> dict[str, Any]:
    return {each["metric"]: each for each in body["targets"]}


async def test_a_target_is_held_against_the_figure_of_the_report(planner: Planner) -> None:
    await planner.run("UPDATE show SET state = 'scheduled' WHERE id = 's'")
    await set_targets(
        planner,
        "s",
        viewers=4,
        peak=3,
        engaged=0.9,
        conversion_live=0.5,
        gmv=3_000,
        aov=2_000,
        answer_time=30,
    )
    await planner.run("UPDATE show SET state = 'ended' WHERE id = 's'")
    report = ShowReport.model_validate(await planner.read("/shows/s/stats", "analyst"))
    found = by_metric(await planner.read("/shows/s/targets", "analyst"))
    sold = report.money[0]
    live = report.conversion[0].rate
    assert live is not None
    assert {metric: each["actual"]["amount"] for metric, each in found.items()} == {
        "viewers": report.audience.viewers,
        "peak": report.audience.concurrency.peak,
        "engaged": report.engagement.engaged.share,
        "conversion_live": live.share,
        "gmv": sold.gmv_minor,
        "aov": sold.aov_minor,
        "answer_time": report.questions.median_answer_seconds,
    }
    assert {metric: each["verdict"] for metric, each in found.items()} == {
        "viewers": "reached",
        "peak": "reached" if report.audience.concurrency.peak >= 3 else "missed",
        "engaged": "missed",
        "conversion_live": "reached",
        "gmv": "reached" if sold.gmv_minor >= 3_000 else "missed",
        "aov": "missed",
        "answer_time": "missed",
    }
    assert found["answer_time"]["direction"] == "at_most"
    assert found["gmv"]["currency"] == "JPY"
    assert found["engaged"]["difference"] == pytest.approx(found["engaged"]["actual"]["amount"] - 0.9)
    assert not any(each["after_start"] for each in found.values())


async def test_every_metric_has_a_figure_in_a_show_that_was_held(planner: Planner) -> None:
    await set_targets(planner, "s", **dict.fromkeys(METRICS, 1))
    found = await planner.read("/shows/s/targets")
    assert [each["metric"] for each in found["targets"]] == list(METRICS)
    assert {each["metric"] for each in found["targets"] if each["actual"] is None} == set()
    assert {each["kind"] for each in found["targets"]} == {each.kind for each in MEASURES.values()}


async def test_what_is_set_or_changed_after_the_start_is_marked_and_what_stays_is_not(
    planner: Planner,
) -> None:
    await set_targets(planner, "next", viewers=100, gmv=50_000, engaged=0.4)
    before = by_metric(await planner.read("/shows/next/targets"))
    assert all(each["actual"] is None and each["verdict"] == "unknown" for each in before.values())
    planner.clock.at = NEXT + timedelta(minutes=5)
    await planner.run("UPDATE show SET state = 'live', started_at = :at WHERE id = 'next'", at=NEXT)
    await set_targets(planner, "next", viewers=100, gmv=40_000, peak=50)
    after = by_metric(await planner.read("/shows/next/targets"))
    assert {metric: each["after_start"] for metric, each in after.items()} == {
        "viewers": False,
        "peak": True,
        "gmv": True,
    }
    assert after["viewers"]["set_at"] == before["viewers"]["set_at"]
    assert after["viewers"]["verdict"] == "behind", "the show runs"
    sold = after["gmv"]
    assert (sold["actual"]["amount"], sold["verdict"]) == (0, "behind"), "nothing was sold yet"


async def test_a_rehearsal_is_no_start_and_has_no_figures(planner: Planner) -> None:
    await planner.run("UPDATE show SET state = 'rehearsal' WHERE id = 'next'")
    (target,) = (await set_targets(planner, "next", viewers=10))["targets"]
    assert (target["after_start"], target["actual"]) == (False, None)


async def test_two_who_set_targets_do_not_overwrite_each_other(planner: Planner) -> None:
    first = await planner.ask("GET", "/shows/next/targets")
    body = {"targets": [{"metric": "viewers", "amount": 100}]}
    mine = await planner.ask("PUT", "/shows/next/targets", body, match=first.headers["etag"])
    assert mine.status_code == 200
    theirs = await planner.ask("PUT", "/shows/next/targets", {"targets": []}, match=first.headers["etag"])
    assert (theirs.status_code, theirs.json()["code"]) == (412, "conflict")
    assert by_metric(theirs.json()["current"])["viewers"]["amount"] == 100
    again = await planner.ask("PUT", "/shows/next/targets", body, match=mine.headers["etag"])
    assert again.headers["etag"] == mine.headers["etag"], "nothing changed"


@pytest.mark.parametrize(
    "target",
    [
        {"metric": "viewers", "amount": 1.5},
        {"metric": "engaged", "amount": 1.01},
        {"metric": "gmv", "amount": -1},
        {"metric": "guests", "amount": 1},
        {"metric": "viewers", "amount": 1, "direction": "exactly"},
        {"metric": "viewers", "amount": "many"},
    ],
)
async def test_a_target_that_makes_no_sense_is_refused(planner: Planner, target: dict[str, Any]) -> None:
    answer = await planner.ask("PUT", "/shows/next/targets", {"targets": [target]})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    twice = [{"metric": "viewers", "amount": 1}, {"metric": "viewers", "amount": 2}]
    answer = await planner.ask("PUT", "/shows/next/targets", {"targets": twice})
    assert answer.json()["code"] == "invalid"


async def test_a_suggestion_is_the_mean_and_the_median_of_the_last_shows(planner: Planner) -> None:
    found = await planner.read("/shows/next/targets/suggestions", "analyst")
    assert [show["id"] for show in found["shows"]] == ["later", "s", "earlier"]
    viewers = [
        (await planner.read(f"/shows/{show}/stats"))["audience"]["viewers"]
        for show in ("later", "s", "earlier")
    ]
    of = {each["metric"]: each for each in found["suggestions"]}
    assert of["viewers"]["mean"] == pytest.approx(sum(viewers) / 3)
    assert of["viewers"]["median"] == sorted(viewers)[1]
    assert (of["viewers"]["n"], of["answer_time"]["n"], of["net"]["n"]) == (3, 1, 3)
    before = await planner.read("/shows/s/targets/suggestions")
    assert [show["id"] for show in before["shows"]] == ["earlier"], "not what came after it"


async def test_analysts_hosts_and_admins_set_targets_and_each_change_is_in_the_audit(
    planner: Planner,
) -> None:
    for role in ROLES:
        allowed = role in ("analyst", "host", "admin")
        body = {"targets": [{"metric": "viewers", "amount": 10 + len(role)}]}
        answer = await planner.ask("PUT", "/shows/next/targets", body, role=role)
        assert answer.status_code == (200 if allowed else 403), role
        assert (await planner.ask("GET", "/shows/next/targets", role=role)).status_code == answer.status_code
    async with planner.database.read() as connection:
        rows = (
            await connection.exec_driver_sql(
                "SELECT role, details FROM audit WHERE action = 'target.set' ORDER BY id"
            )
        ).all()
    assert [row.role for row in rows] == ["host", "analyst", "admin"]
    assert rows[0].details["set"] == {"viewers": {"amount": 14, "direction": "at_least"}}
    assert NOW < NEXT
