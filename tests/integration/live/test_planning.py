"""Planning over HTTP: plans, steps, line-ups, copies and calendars, with versions and for keys too."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from server.access.roles import Role
from server.access.tokens import Tokens
from server.clock import SystemClock
from tests.conftest import MakeSettings
from tests.support.live_server import live_server
from tests.support.stage import CHANNEL, ELSEWHERE, open_stage
from tests.support.viewer import Viewer, viewer_at

EIGHT = "2026-12-24T11:00:00.000Z"


class Studio:
    """A host's and other people's way to the routes."""

    def __init__(self, address: str, client: httpx.AsyncClient, tokens: Tokens) -> None:
        self.address = address
        self.client = client
        self._tokens = tokens

    def headers(self, role: Role = "host", channel: str = CHANNEL) -> dict[str, str]:
        """Return what says who asks."""
        identity = self._tokens.new_member(channel, role, name="Aki")
        return {"Authorization": f"Bearer {self._tokens.sign(identity)}"}

    async def call(
        self, method: str, path: str, *, status: int = 200, match: str | None = None, **request: Any
    ) -> dict[str, Any]:
        """Ask as a host, and return the answer's body."""
        headers = self.headers() | ({"If-Match": match} if match else {})
        answer = await self.client.request(method, f"/v1/shows{path}", headers=headers, **request)
        assert answer.status_code == status, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def create(self, **fields: Any) -> dict[str, Any]:
        """Make a draft, unless the fields say otherwise."""
        wanted = {"title": "Evening", "host": "Mika", "state": "draft", "starts_at": EIGHT} | fields
        return await self.call("POST", "", status=201, json=wanted)


@pytest.fixture
async def studio(make_settings: MakeSettings) -> AsyncIterator[Studio]:
    """The set stage on a server."""
    settings = make_settings(limits="off")
    assert settings.database_url is not None
    async with open_stage(settings.database_url):
        pass
    tokens = Tokens(settings.signing_secret(), SystemClock())
    async with (
        live_server(settings) as address,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=20) as client,
    ):
        yield Studio(address, client, tokens)


async def test_a_show_goes_from_draft_to_its_end_by_http(studio: Studio) -> None:
    show = f"/{(await studio.create())['id']}"
    assert (await studio.call("POST", f"{show}/start", status=409))["current"]["state"] == "draft"
    steps = ("schedule", "rehearse", "schedule", "cancel", "schedule", "rehearse", "start", "end")
    states = [(await studio.call("POST", f"{show}/{step}"))["state"] for step in steps]
    assert states == [
        "scheduled",
        "rehearsal",
        "scheduled",
        "cancelled",
        "scheduled",
        "rehearsal",
        "live",
        "ended",
    ]
    assert (await studio.call("GET", show))["version"] == 9


async def test_two_who_edit_the_same_show_get_a_conflict_that_shows_it(studio: Studio) -> None:
    made = await studio.create()
    show, tag = f"/{made['id']}", f'"{made["version"]}"'
    changed = await studio.call(
        "PATCH", show, match=tag, json={"title": "Late evening", "planned_minutes": 90}
    )
    assert (changed["title"], changed["planned_minutes"], changed["host"]) == ("Late evening", 90, "Mika")
    stale = await studio.call("PATCH", show, match=tag, status=412, json={"title": "Mine"})
    assert (stale["code"], stale["current"]["title"]) == ("conflict", "Late evening")
    stale = await studio.call("PUT", f"{show}/line-up", match=tag, status=412, json={"products": []})
    assert stale["current"]["version"] == changed["version"]
    again = await studio.call("PATCH", show, json={"title": "Late evening"})
    assert again["version"] == changed["version"], "the same again is no version"
    cleared = await studio.call(
        "PATCH", show, json={"starts_at": None, "planned_minutes": None, "description": " "}
    )
    assert (cleared["starts_at"], cleared["planned_minutes"], cleared["description"]) == (None, None, "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": None},
        {"starts_at": "tomorrow"},
        {"planned_minutes": 0},
        {"planned_minutes": 1441},
        {"cover": "javascript:alert(1)"},
        {"picture_sync": "later"},
        {"picture_delay_ms": 60_001},
        {"state": "live"},
        {"description": "x" * 8001},
    ],
)
async def test_a_plan_that_cannot_be_is_refused_whole(studio: Studio, wrong: dict[str, Any]) -> None:
    show = f"/{(await studio.create())['id']}"
    before = await studio.call("GET", show)
    assert (await studio.call("PATCH", show, status=422, json={"moderation": "pre"} | wrong))[
        "code"
    ] == "invalid"
    assert await studio.call("GET", show) == before


async def test_a_changed_plan_reaches_those_who_wait_at_once(studio: Studio) -> None:
    show = (await studio.create(state="scheduled"))["id"]
    async with viewer_at(studio.address) as viewer:
        await viewer.ask_for("join", show=show)
        await studio.call("PATCH", f"/{show}", json={"starts_at": "2026-12-25T11:00:00Z"})
        push = await viewer.expect_push("show.changed")
        assert push["show"]["starts_at"] == "2026-12-25T11:00:00.000Z"
        await studio.call(
            "PUT", f"/{show}/line-up", json={"products": [{"product": "p_bowl", "price": 2000}]}
        )
        push = await viewer.expect_push("line_up.changed")
        assert [(each["id"], each["price"]) for each in push["products"]] == [("p_bowl", 2000)]
        await studio.call("POST", f"/{show}/cancel")
        await viewer.expect_push("show.changed", lambda push: push["show"]["state"] == "cancelled")


async def test_viewers_who_wait_are_out_when_a_rehearsal_begins_and_come_back_after_it(
    studio: Studio,
) -> None:
    show = (await studio.create(state="scheduled"))["id"]
    async with viewer_at(studio.address) as viewer:
        await viewer.ask_for("join", show=show)
        await studio.call("POST", f"/{show}/rehearse")
        assert await closing_code_of(viewer) == 1012
    async with viewer_at(studio.address) as viewer:
        assert (await viewer.ask_for("join", show=show))["code"] == "not_found"
    async with viewer_at(studio.address) as host:
        token = studio.headers()["Authorization"].removeprefix("Bearer ")
        joined = await host.ask_for("join", show=show, token=token)
        assert joined["snapshot"]["show"]["state"] == "rehearsal"
        assert (await host.ask_for("react", kind="heart"))["type"] == "ok"
        sale = await host.ask_for("buy", product="p_bowl", quantity=1, key="k-rehearsal-01")
        assert sale["code"] == "show_not_live"
        await studio.call("POST", f"/{show}/schedule")
        assert await closing_code_of(host) == 1012
    async with viewer_at(studio.address) as viewer:
        assert (await viewer.ask_for("join", show=show))["snapshot"]["show"]["state"] == "scheduled"


async def closing_code_of(viewer: Viewer) -> int | None:
    """Return with what code the server closed."""
    async with asyncio.timeout(10):
        await viewer.socket.wait_closed()
    return viewer.socket.close_code


async def test_a_copy_is_made_once_per_key(studio: Studio) -> None:
    show = f"/{(await studio.create(description='Soft wool'))['id']}"
    key = {"Idempotency-Key": "copy-0123456789"}
    headers = studio.headers() | key
    answers = [await studio.client.post(f"/v1/shows{show}/copy", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    copied = answers[0].json()
    assert answers[1].json() == copied
    assert (copied["state"], copied["description"], copied["starts_at"]) == ("draft", "Soft wool", None)
    assert answers[0].headers["Location"] == f"/v1/shows/{copied['id']}"


async def test_what_is_archived_is_in_no_list_but_its_own(studio: Studio) -> None:
    show = (await studio.create())["id"]
    await studio.call("POST", f"/{show}/archive")
    listed = await studio.call("GET", f"?channel={CHANNEL}")
    assert show not in {each["id"] for each in listed["shows"]}
    archived = await studio.call("GET", f"?channel={CHANNEL}&archived=true")
    assert [each["id"] for each in archived["shows"]] == [show]
    await studio.call("POST", f"/{show}/restore")
    assert show in {each["id"] for each in (await studio.call("GET", f"?channel={CHANNEL}"))["shows"]}
    assert (await studio.call("POST", "/demo/archive", status=409))["code"] == "conflict"
    others = await studio.client.get(f"/v1/shows?channel={CHANNEL}&archived=true")
    assert others.status_code == 403


async def test_others_plan_nothing_here(studio: Studio) -> None:
    show = (await studio.create())["id"]
    for role, channel, status in (
        ("moderator", CHANNEL, 403),
        ("viewer", CHANNEL, 403),
        ("host", ELSEWHERE, 404),
    ):
        headers = studio.headers(role, channel)  # type: ignore[arg-type]
        answer = await studio.client.patch(f"/v1/shows/{show}", headers=headers, json={"title": "Mine"})
        assert answer.status_code == status


async def test_the_people_of_a_show_are_said_and_read(studio: Studio) -> None:
    show = f"/{(await studio.create())['id']}"
    staff = [{"person": "m_1", "part": "host"}, {"person": "m_2", "part": "moderator"}]
    assert (await studio.call("PUT", f"{show}/staff", json={"staff": staff}))["staff"] == staff
    assert (await studio.call("GET", f"{show}/staff"))["staff"] == staff
    twice = {"staff": [staff[0], {"person": "m_1", "part": "moderator"}]}
    assert (await studio.call("PUT", f"{show}/staff", status=422, json=twice))["code"] == "invalid"


async def test_the_calendar_file_follows_the_show(studio: Studio) -> None:
    title = "Winter; wool, “soft”\\n"
    show = (
        await studio.create(
            title=title, description="Line one\nLine; two", planned_minutes=90, state="scheduled"
        )
    )["id"]
    answer = await studio.client.get(f"/v1/shows/{show}/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["content-disposition"].startswith("attachment")
    event = event_in(answer.content)
    assert (str(event["SUMMARY"]), str(event["STATUS"])) == (title, "CONFIRMED")
    assert str(event["DESCRIPTION"]).startswith("Line one\nLine; two\n")
    assert event.decoded("DTSTART") == datetime(2026, 12, 24, 11, tzinfo=UTC)
    assert event.decoded("DTEND") == datetime(2026, 12, 24, 12, 30, tzinfo=UTC)
    assert b"DTSTART:20261224T110000Z" in answer.content
    assert str(event["URL"]) == f"http://{studio.address}/shows/{show}"
    await studio.call("POST", f"/{show}/cancel")
    answer = await studio.client.get(f"/v1/shows/{show}/calendar.ics")
    after = event_in(answer.content)
    assert (str(after["UID"]), str(after["STATUS"])) == (str(event["UID"]), "CANCELLED")
    assert int(after["SEQUENCE"]) > int(event["SEQUENCE"])
    assert b"METHOD:CANCEL" in answer.content


def event_in(content: bytes) -> Any:
    """Return the only event of a calendar."""
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    return event


async def test_a_show_without_a_time_has_no_calendar_file(studio: Studio) -> None:
    show = (await studio.create(starts_at=None, state="scheduled"))["id"]
    assert (await studio.client.get(f"/v1/shows/{show}/calendar.ics")).status_code == 404
