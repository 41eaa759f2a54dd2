"""Actions: written down in a show, carried to the next ones, ticked off and taken back; who owned one and left is nobody known."""

from datetime import timedelta
from typing import Any

from server.access.roles import ROLES
from tests.integration.plan.plan_world import NEXT, NOW, Planner


async def write(planner: Planner, show: str | None = "later", **fields: Any) -> Any:
    path = f"/shows/{show}/actions" if show else "/channel/actions"
    answer = await planner.ask("POST", path, {"text": "Show the clasp up close", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def change(planner: Planner, action: Any, **fields: Any) -> Any:
    answer = await planner.ask("PATCH", f"/channel/actions/{action['id']}", fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def carried_to(planner: Planner, show: str) -> list[str]:
    found = await planner.read(f"/shows/{show}/actions", "moderator")
    return [each["id"] for each in found["carried"]]


async def test_an_action_is_carried_to_the_next_show_and_ticked_off_there(planner: Planner) -> None:
    made = await write(planner, owner="v_aki")
    assert (made["owner"], made["state"]) == ({"id": "v_aki", "name": "Aki", "former": False}, "open")
    assert [each["id"] for each in (await planner.read("/shows/later/actions"))["written"]] == [made["id"]]
    (carried,) = (await planner.read("/shows/next/actions"))["carried"]
    assert carried["show"]["id"] == "later"
    assert await carried_to(planner, "later") == []
    assert await carried_to(planner, "s") == []
    planner.clock.at = NEXT + timedelta(minutes=30)
    await planner.run("UPDATE show SET state = 'live', started_at = :at WHERE id = 'next'", at=NEXT)
    done = await change(planner, made, state="done")
    assert done["closed_at"] is not None
    assert await carried_to(planner, "next") == [made["id"]], (
        "it stays where it was ticked off, so that it can be taken back"
    )
    await planner.run(
        "UPDATE show SET state = 'ended', ended_at = :at WHERE id = 'next'", at=NEXT + timedelta(hours=1)
    )
    await planner.add_show("after", starts_at=NEXT + timedelta(days=7))
    assert await carried_to(planner, "after") == []
    undone = await change(planner, made, state="open")
    assert (undone["closed_at"], await carried_to(planner, "after")) == (None, [made["id"]])
    assert (await change(planner, made, state="dropped"))["state"] == "dropped"


async def test_what_is_due_by_a_day_is_overdue_after_it_in_the_channels_zone(planner: Planner) -> None:
    await planner.run("UPDATE channel SET time_zone = 'Asia/Tokyo'")  # there it is nine hours later
    made = await write(planner, None, due_on=NOW.date().isoformat())
    assert (made["show"], made["overdue"]) == (None, False)
    planner.clock.at = NOW.replace(hour=15)
    assert (await planner.read(f"/channel/actions/{made['id']}"))["overdue"]
    assert not (await change(planner, made, due_on=None))["overdue"]
    assert await carried_to(planner, "next") == [made["id"]]


async def test_an_owner_is_one_of_the_channels_people_and_who_left_is_a_former_member(
    planner: Planner,
) -> None:
    answer = await planner.ask("POST", "/channel/actions", {"text": "Call them", "owner": "v_somebody"})
    assert answer.json()["code"] == "invalid"
    made = await write(planner, owner="v_bo")
    await planner.run("DELETE FROM person WHERE id = 'v_bo'")
    found = (await planner.read(f"/channel/actions/{made['id']}"))["owner"]
    assert found == {"id": None, "name": None, "former": True}
    assert (await change(planner, made, owner="v_aki"))["owner"]["name"] == "Aki"
    assert (await change(planner, made, owner=None))["owner"] is None


async def test_two_who_change_an_action_do_not_overwrite_each_other(planner: Planner) -> None:
    made = await write(planner)
    place = f"/channel/actions/{made['id']}"
    mine = await planner.ask("PATCH", place, {"state": "done"}, match='"1"')
    theirs = await planner.ask("PATCH", place, {"text": "Another"}, match='"1"')
    assert (mine.status_code, theirs.status_code) == (200, 412)
    assert theirs.json()["current"] == mine.json()
    assert mine.json()["version"] == 2
    assert (await change(planner, made, state="done"))["version"] == 2, "nothing changed"


async def test_the_same_key_writes_an_action_once(planner: Planner) -> None:
    sent = {"text": "Once"}
    first = await planner.ask("POST", "/shows/later/actions", sent, key="action-one")
    again = await planner.ask("POST", "/shows/later/actions", sent, key="action-one")
    assert first.json() == again.json()
    other = await planner.ask("POST", "/shows/later/actions", {"text": "Twice"}, key="action-one")
    assert other.json()["code"] == "key_reused"


async def test_the_list_is_narrowed_and_paged(planner: Planner) -> None:
    made = [await write(planner, text=f"Do {n}", owner="v_aki" if n else None) for n in range(3)]
    await change(planner, made[2], state="done")
    page = await planner.read("/channel/actions?limit=2")
    assert [each["text"] for each in page["actions"]] == ["Do 2", "Do 1"]
    rest = await planner.read(f"/channel/actions?limit=2&cursor={page['next']}")
    assert ([each["text"] for each in rest["actions"]], rest["next"]) == (["Do 0"], None)
    mine = await planner.read("/channel/actions?state=open&owner=v_aki")
    assert [each["text"] for each in mine["actions"]] == ["Do 1"]


async def test_the_channels_people_write_and_tick_off_and_the_audit_says_who(planner: Planner) -> None:
    made = await write(planner)
    for role in ROLES:
        expected = 403 if role == "viewer" else 200
        state = "done" if role in ("moderator", "analyst") else "open"
        answer = await planner.ask("PATCH", f"/channel/actions/{made['id']}", {"state": state}, role=role)
        assert answer.status_code == expected, role
    async with planner.database.read() as connection:
        rows = (
            await connection.exec_driver_sql(
                "SELECT role, action FROM audit WHERE action LIKE 'action.%%' ORDER BY id"
            )
        ).all()
    assert [tuple(row) for row in rows] == [
        ("host", "action.created"),
        ("moderator", "action.done"),
        ("host", "action.reopened"),
        ("analyst", "action.done"),
        ("admin", "action.reopened"),
    ]


async def test_what_is_due_names_shows_actions_figures_and_how_the_last_show_did(planner: Planner) -> None:
    await planner.ask("PUT", "/shows/later/targets", {"targets": [{"metric": "viewers", "amount": 1}]})
    await planner.add_show("practice", state="rehearsal", starts_at=NEXT)
    late = await write(planner, due_on=(NOW - timedelta(days=1)).date().isoformat())
    soon = await write(planner)
    due = await planner.read("/channel/due", "analyst")
    assert [(each["show"]["id"], each["targets"], each["carried"]) for each in due["next_shows"]] == [
        ("next", 0, 2)
    ]
    assert [each["id"] for each in due["actions"]] == [late["id"], soon["id"]]
    assert (due["actions"][0]["overdue"], due["open_actions"]) == (True, 2)
    last = due["last_show"]
    assert (last["show"]["id"], last["reached"] + last["missed"] + last["open"]) == ("later", 1)
    ends = [(each["show"]["id"], each["figure"]) for each in due["settling"]]
    assert ends[0] == ("earlier", "conversion_30d")
    assert [each["at"] for each in due["settling"]] == sorted(each["at"] for each in due["settling"])
