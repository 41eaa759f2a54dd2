"""A host hands the audience over to another live show: viewers of both processes are shown the way, and it is taken back."""

import httpx

from tests.support.servers import SignFor, set_stage, sign_for
from tests.support.viewer import joined_at, viewer_at

__all__ = ["set_stage", "sign_for"]


async def begun(address: str, token: str) -> str:
    """Return another live show of the bearer's channel."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://{address}/v1", headers=headers) as http:
        made = await http.post("/shows", json={"title": "Evening tea", "host": "Ren"})
        assert made.status_code == 201, made.text
        show = str(made.json()["id"])
    async with joined_at(address, show, token=token) as host:
        await host.do("show.start")
    return show


async def test_viewers_of_every_process_are_shown_the_way_until_it_is_taken_back(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    one, two = servers
    to = await begun(one, sign_for("host"))
    async with viewer_at(two) as viewer, joined_at(one, token=sign_for("host")) as host:
        await viewer.join()
        done = await host.do("show.hand_over", show=to, key="over-we-go")
        told = await viewer.expect_push("show.changed")
        way = told["show"]["hand_over"]
        assert (
            way == done["hand_over"] == {"show": to, "title": "Evening tea", "host": "Ren", "at": told["at"]}
        )
        again = await host.do("show.hand_over", show=to)
        assert again["version"] == done["version"]
        async with httpx.AsyncClient() as http:
            assert (await http.get(f"http://{two}/v1/shows/demo")).json()["hand_over"] == way
        back = await host.do("show.hand_over")
        assert (back["hand_over"], back["version"]) == (None, done["version"] + 1)
        await viewer.expect_push("show.changed", lambda line: line["show"]["hand_over"] is None)
        viewer.assert_nothing_missing()


async def test_nobody_is_sent_where_nobody_can_watch(servers: tuple[str, str], sign_for: SignFor) -> None:
    one, _ = servers
    to = await begun(one, sign_for("host"))
    async with (
        joined_at(one, token=sign_for("host")) as host,
        joined_at(one, to, token=sign_for("host")) as other,
        joined_at(one, token=sign_for("moderator")) as moderator,
    ):
        assert await host.refused("show.hand_over", show="demo") == "invalid"
        assert await host.refused("show.hand_over", show="s_nowhere") == "not_found"
        assert await moderator.refused("show.hand_over", show=to) == "forbidden"
        await other.do("show.end")
        assert await host.refused("show.hand_over", show=to) == "show_not_live"
        assert (await other.do("show.hand_over", show="demo"))["hand_over"]["show"] == "demo"


async def test_another_channels_show_takes_an_audience_only_when_it_said_so_and_knows_nobody_who_comes(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    one, two = servers
    there = sign_for("host", channel="elsewhere")
    to = await begun(two, there)
    headers = {"Authorization": f"Bearer {there}"}
    async with (
        httpx.AsyncClient(base_url=f"http://{one}/v1/channels", headers=headers) as http,
        joined_at(one, token=sign_for("host")) as host,
        joined_at(two, to, token=there) as receiving,
        viewer_at(two) as viewer,
        viewer_at(one) as crossing,
    ):
        token = (await viewer.join())["token"]
        assert await host.refused("show.hand_over", show=to) == "not_welcome"
        settings, wanted = "/elsewhere/hand-over-settings", {"whose": "named", "channels": ["demo"]}
        kept = (await http.get(settings)).json()
        assert kept == {"whose": "nobody", "channels": [], "version": 1}
        assert (await http.get("/demo/hand-over-settings")).status_code == 404
        assert (await http.put(settings, json=wanted)).json() == wanted | {"version": 2}
        stale = await http.put(settings, json={"whose": "everybody"}, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["current"]["whose"]) == (412, "named")
        assert (await host.do("show.hand_over", show=to))["hand_over"]["channel"] == "elsewhere"
        (coming,) = (await receiving.expect_push("arrivals.changed"))["arrivals"]
        assert (coming["show"], coming["host"]) == ("demo", "Mika")
        assert (await crossing.ask_for("join", show=to, token=token))["code"] == "forbidden"
        guest = await crossing.join(to)
        assert guest["viewer"] != viewer.id
        await receiving.do("arrival.settle", show="demo")
        await receiving.expect_push("arrivals.changed", lambda line: not line["arrivals"])
        receiving.assert_nothing_missing()
