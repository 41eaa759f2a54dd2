"""A host hands the audience over to another live show: viewers of both processes are shown the way, and it is taken back."""

import httpx

from tests.support.servers import SignFor, set_stage, sign_for
from tests.support.viewer import joined_at, viewer_at

__all__ = ["set_stage", "sign_for"]


async def begun(address: str, token: str) -> str:
    """Return a second live show of the channel."""
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
