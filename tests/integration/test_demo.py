"""`showfloor demo` as people run it: a process, a signal, and what is left afterwards."""

import json
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from server.demo.checkout import FIRST_PAID_PRODUCT, HELD_PRODUCT
from tests.support.commands import RunningDemo, engines_on, running_demo, showfloor
from tests.support.eventually import eventually


@pytest.fixture
def data(engine_directory: Path, tmp_path: Path) -> Path:
    """A data directory that nobody uses, at a place where engines may run."""
    return engine_directory / tmp_path.name / "var"


async def join_as_guest(demo: RunningDemo) -> dict[str, Any]:
    async with connect(f"ws://127.0.0.1:{demo.port}/v1/live", proxy=None) as socket:
        await socket.send('{"id":1,"type":"join","show":"demo"}')
        frame = await socket.recv(decode=False)
        joined: dict[str, Any] = json.loads(frame.split(b"\n")[0])
        return joined


def get(demo: RunningDemo, path: str) -> bytes:
    with urllib.request.urlopen(f"{demo.url}{path}", timeout=60) as answer:
        body: bytes = answer.read()
        return body


def sign_in(demo: RunningDemo, code: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{demo.url}/v1/sign-in",
        data=json.dumps({"code": code}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        signed_in: dict[str, Any] = json.load(answer)
        return signed_in


def read_as_host(demo: RunningDemo, path: str) -> dict[str, Any]:
    token = sign_in(demo, demo.output.split("/host#code=")[1].split()[0])["token"]
    request = urllib.request.Request(f"{demo.url}{path}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        read: dict[str, Any] = json.load(answer)
        return read


def shows(demo: RunningDemo) -> dict[str, str]:
    """The shows of the first page, those of the imported year left out."""
    listed = json.loads(get(demo, "/v1/shows?channel=demo"))["shows"]
    return {show["id"]: show["state"] for show in listed if not show["id"].startswith("demo-year-")}


@pytest.fixture(scope="module")
def quiet(engine_directory: Path) -> Iterator[RunningDemo]:
    """A demo without an audience and without limits, which several tests look at."""
    with running_demo(engine_directory / "quiet" / "var", "--audience", "0", limits="off") as demo:
        yield demo


async def test_a_quiet_demo_has_a_live_show_that_a_guest_can_join(quiet: RunningDemo) -> None:
    assert shows(quiet) == {
        "demo": "live",
        "demo-past": "ended",
        "demo-earlier": "ended",
        "demo-next": "scheduled",
    }
    snapshot = (await join_as_guest(quiet))["snapshot"]
    assert snapshot["show"]["state"] == "live"
    assert snapshot["show"]["moderation"] == "post"
    assert len(snapshot["products"]) == 7
    assert {product["currency"] for product in snapshot["products"]} == {"JPY"}
    buying = {each["id"]: each["buying"] for each in snapshot["products"] if "buying" in each}
    assert buying == {HELD_PRODUCT: "checkout", FIRST_PAID_PRODUCT: "first_paid"}


async def test_the_four_addresses_are_printed_and_the_hosts_code_makes_a_host(quiet: RunningDemo) -> None:
    await eventually(lambda: "/studio#code=" in quiet.output)
    for page in ("/", "/host#code=", "/analyst#code=", "/studio#code="):
        assert f"{quiet.url}{page}" in quiet.output
    signed_in = sign_in(quiet, quiet.output.split("/host#code=")[1].split()[0])
    assert (signed_in["role"], signed_in["channel"]) == ("host", "demo")
    prepares = sign_in(quiet, quiet.output.split("/studio#code=")[1].split()[0])
    assert (prepares["role"], prepares["channel"]) == ("admin", "demo")


def test_the_year_before_it_was_imported_and_has_all_that_analysts_ask_for(quiet: RunningDemo) -> None:
    last = figures("demo-year-70", quiet.data)
    assert last["audience"]["viewers"] > 100
    assert last["money"][0]["refunded_minor"] is not None
    assert last["repeat"]["viewers_before"]["part"] > 30
    assert last["questions"]["answered"]["part"] > 0
    (asked,) = last["surveys"]
    assert 0 < asked["response"]["part"] < asked["response"]["whole"]
    assert -100 < asked["nps"]["score"] < 100
    again = showfloor("rollup", "demo-year-70", "--verify", data=quiet.data)
    assert again.returncode == 0, again.stdout


async def test_its_products_have_reviews_and_its_host_has_surveys_to_open(quiet: RunningDemo) -> None:
    products = (await join_as_guest(quiet))["snapshot"]["products"]
    rated = json.loads(get(quiet, "/v1/shows/demo/reviews"))["ratings"]
    assert len({each["id"] for each in products} & set(rated)) >= 5
    surveys = read_as_host(quiet, "/v1/shows/demo/surveys")
    assert [(each["kind"], each["state"]) for each in surveys["surveys"]] == [
        ("nps", "ready"),
        ("choice", "ready"),
    ]
    assert surveys["at_every_end"]["kind"] == "nps"


def test_its_merchant_planned_and_what_came_of_it_is_due(quiet: RunningDemo) -> None:
    code = sign_in(quiet, quiet.output.split("/analyst#code=")[1].split()[0])
    request = urllib.request.Request(
        f"{quiet.url}/v1/channel/due", headers={"Authorization": f"Bearer {code['token']}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        due = json.load(answer)
    last = due["last_show"]
    assert (last["show"]["id"], len(last["targets"])) == ("demo-past", 5)
    assert {each["after_start"] for each in last["targets"]} == {True, False}
    assert last["reached"] > 0
    assert last["missed"] > 0
    assert [(each["show"]["id"], each["targets"], each["carried"]) for each in due["next_shows"]] == [
        ("demo-next", 0, 0)
    ]
    assert due["open_actions"] == 3
    assert {each["owner"]["name"] for each in due["actions"]} == {"Aoi", "Ren"}


def test_lifted_limits_are_said_loudly(quiet: RunningDemo) -> None:
    assert "SHOWFLOOR_LIMITS=off" in quiet.output


async def test_every_picture_of_the_demo_is_served_and_they_are_small(quiet: RunningDemo) -> None:
    snapshot = (await join_as_guest(quiet))["snapshot"]
    paths = [product["image"] for product in snapshot["products"]] + list(snapshot["show"]["video"].values())
    playlist = get(quiet, snapshot["show"]["video"]["hls"]).decode()
    paths += [f"/media/{line}" for line in playlist.splitlines() if line and not line.startswith("#")]
    sizes = {path: len(get(quiet, path)) for path in paths}
    assert all(sizes.values()), sizes
    assert sum(sizes.values()) < 1_500_000


async def test_the_show_lives_by_its_audience_and_sigterm_leaves_nothing_behind(data: Path) -> None:
    with running_demo(data, "--audience", "5") as demo:
        await eventually(
            lambda: b"showfloor_viewers_watching 5.0" in get(demo, "/metrics"), within_seconds=30
        )
        assert len(engines_on(data)) >= 2
        assert demo.stop(signal.SIGTERM) == 0
    assert engines_on(data) == []


async def test_a_killed_demo_is_taken_over_and_its_show_is_kept_under_another_name(data: Path) -> None:
    with running_demo(data, "--audience", "2") as killed:
        await eventually(
            lambda: b"showfloor_viewers_watching 2.0" in get(killed, "/metrics"), within_seconds=30
        )
        before = await join_as_guest(killed)
        killed.process.kill()
        killed.process.wait()
    assert engines_on(data), "nobody stopped the engines"
    with running_demo(data, "--audience", "0") as demo:
        after = await join_as_guest(demo)
        states = shows(demo)
        assert_figures_and_rows_agree("demo-past", data)
        assert (
            figures(next(show for show in states if show.startswith("demo-2")), data)["show"]["state"]
            == "ended"
        )
        assert demo.stop(signal.SIGINT) == 0
    assert states.pop("demo") == "live"
    assert states.pop("demo-next") == "scheduled"
    assert sorted(states.values()) == ["ended"] * 3
    assert after["position"]["epoch"] != before["position"]["epoch"]
    assert engines_on(data) == []
    assert "viewers bought" in showfloor("stats", "demo-past", data=data).stdout, (
        "engines start for a question alone"
    )
    assert engines_on(data) == []


def figures(show: str, data: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(showfloor("stats", show, "--json", data=data).stdout)
    return report


def assert_figures_and_rows_agree(show: str, data: Path) -> None:
    report = figures(show, data)
    assert 300 < report["audience"]["viewers"] < 420
    rows = showfloor("export", show, "--of", "orders", data=data).stdout.splitlines()
    assert len(rows) - 1 == sum(money["orders"] for money in report["money"])
