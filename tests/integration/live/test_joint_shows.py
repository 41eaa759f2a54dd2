"""Two channels hold a show as one: one room to talk in, each channel's catalogue beside it, and what is whose stays so."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.integration.live.test_what_is_kept import Rows, found, rows
from tests.support.servers import SignFor
from tests.support.viewer import joined_at, viewer_at

__all__ = ["rows"]

OURS, THEIRS = "demo", "elsewhere"


@dataclass
class Party:
    """The two runners' programs, and the guest show with a product."""

    one: str
    two: str
    ours: httpx.AsyncClient
    theirs: httpx.AsyncClient
    beside: str
    product: str

    async def invite(self) -> str:
        """Return an invitation to the demo's show."""
        made = await self.ours.post("/shows/demo/joint/invitations")
        assert made.status_code == 201, made.text
        return str(made.json()["code"])

    async def join(self) -> dict[str, Any]:
        """Hold the other channel's show in the demo's, and return it as it stands then."""
        answer = await self.theirs.post("/joint", json={"code": await self.invite(), "show": self.beside})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def _as(address: str, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://{address}/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30
    )


@pytest.fixture
async def party(servers: tuple[str, str], sign_for: SignFor) -> AsyncIterator[Party]:
    """Two channels, each with a host; the other one has planned a show with a product."""
    one, two = servers
    async with (
        _as(one, sign_for("host")) as ours,
        _as(two, sign_for("admin", channel=THEIRS)) as theirs,
    ):
        made = await theirs.post(
            "/products", json={"title": "Linen apron", "price": 3200, "currency": "JPY", "stock": 5}
        )
        assert made.status_code == 201, made.text
        show = await theirs.post("/shows", json={"title": "Aprons by Ren", "host": "Ren"})
        assert show.status_code == 201, show.text
        yield Party(one, two, ours, theirs, show.json()["id"], made.json()["id"])


def _joint(party: Party) -> dict[str, Any]:
    return {
        "leading": "demo",
        "shows": [
            {"show": "demo", "channel": OURS, "name": "Demo"},
            {"show": party.beside, "channel": THEIRS, "name": "Elsewhere"},
        ],
    }


async def test_a_show_that_joins_is_told_to_everybody_and_begins_and_ends_with_the_leading_one(
    party: Party, sign_for: SignFor
) -> None:
    async with viewer_at(party.two) as viewer:
        await viewer.join()
        code = await party.invite()
        seen = (await party.theirs.post("/joint/look", json={"code": code})).json()
        assert (seen["show"]["id"], seen["name"]) == ("demo", "Demo")
        joined = await party.theirs.post("/joint", json={"code": code, "show": party.beside})
        assert joined.json()["joint"] == _joint(party)
        told = await viewer.expect_push("show.changed", lambda line: line["show"]["joint"] is not None)
        assert told["show"]["joint"] == _joint(party)
        # The leading one is live: so is the other one, at once.
        assert (await party.theirs.get(f"/shows/{party.beside}")).json()["state"] == "live"
        used = await party.theirs.post("/joint", json={"code": code, "show": party.beside})
        assert used.json()["code"] == "not_found"
        async with joined_at(party.two, party.beside, token=sign_for("host", channel=THEIRS)) as ren:
            assert await ren.refused("show.end") == "held_elsewhere"
            async with joined_at(party.one, token=sign_for("host")) as host:
                await host.do("show.end")
            await ren.expect_push("show.ended")
        viewer.assert_nothing_missing()


async def test_a_viewer_talks_in_one_room_and_buys_of_both_channels_by_one_token(
    party: Party, sign_for: SignFor
) -> None:
    await party.join()
    async with viewer_at(party.two) as viewer:
        await viewer.join()
        async with viewer_at(party.one) as beside:
            there = await beside.join(party.beside, token=viewer.token)
            assert beside.id == viewer.id
            assert [each["id"] for each in there["snapshot"]["products"]] == ["p_other", party.product]
            for command, fields in (
                ("ask", {"text": "Does it shrink?"}),
                ("comment", {"text": "Hello"}),
                ("react", {"kind": "heart"}),
            ):
                refused = await beside.ask_for(command, **fields)
                assert (refused["code"], refused["show"]) == ("held_elsewhere", "demo"), command
            order = await beside.do("buy", product=party.product, quantity=2, key="apron-of-ren")
        await viewer.do("ask", text="Does it shrink?")
    theirs = (await party.theirs.get("/orders")).json()["orders"]
    assert [each["order"] for each in theirs] == [order["order"]]
    async with _as(party.one, sign_for("admin")) as ours:
        assert (await ours.get("/orders")).json()["orders"] == []
        assert (await ours.get(f"/orders/{order['order']}")).status_code == 404
    async with _as(party.two, str(viewer.token)) as http:
        mine = (await http.get(f"/shows/{party.beside}/me")).json()
        assert [each["order"] for each in mine["orders"]] == [order["order"]]


async def test_who_agreed_to_be_recognised_by_one_channel_is_a_stranger_to_the_other(
    party: Party, rows: Rows
) -> None:
    await party.join()
    async with viewer_at(party.two) as viewer, viewer_at(party.one) as beside:
        await viewer.join(remember=True, name="Aki")
        again = await beside.join(party.beside, token=viewer.token, remember=False)
        assert "token" not in again or again["token"] is None
        kept = await found(rows, "SELECT show_id, guest, remembered FROM attendance", 2)
        assert sorted(kept) == sorted([("demo", True, True), (party.beside, True, False)])


async def test_staff_of_the_other_channel_moderate_what_is_said_and_nothing_else(
    party: Party, sign_for: SignFor
) -> None:
    await party.join()
    async with (
        joined_at(party.one, token=sign_for("host")) as host,
        viewer_at(party.two) as ren,
        viewer_at(party.one) as viewer,
    ):
        await viewer.join()
        joined = await ren.join(token=sign_for("host", channel=THEIRS))
        assert (joined["role"], joined["snapshot"]["sales"]) == (
            "moderator",
            {"orders": 0, "units": 0, "amount": {}},
        )
        asked = await viewer.do("ask", text="Does it shrink?")
        await ren.expect_push("question.posted")
        await ren.do("question.answer", question=asked["question"], text="Not at 30 degrees.")
        answered = await viewer.expect_push("question.answered")
        assert answered["question"]["answer"]["role"] == "moderator"
        await ren.do("announce", text="Aprons next!")
        for command, fields in (
            ("product.pin", {"product": "p_apron"}),
            ("product.restock", {"product": "p_apron", "add": 5}),
            ("show.end", {}),
            ("comments.switch", {"comments": "off"}),
            ("viewer.ban", {"viewer": viewer.id}),
            ("viewer.sanction", {"viewer": viewer.id, "kind": "mute"}),
            ("show.hand_over", {}),
        ):
            assert await ren.refused(command, **fields) == "forbidden", command
        # What is sold in the room is the channel's own: staff of the other one read what viewers read.
        await viewer.do("buy", product="p_apron", quantity=1, key="apron-of-demo")
        assert "sales" in await host.expect_push("product.stock")
        assert "sales" not in await ren.expect_push("product.stock")
        ren.assert_nothing_missing()
    async with _as(party.one, sign_for("host", channel=THEIRS)) as http:
        questions = await http.get("/shows/demo/questions?state=answered")
        assert questions.json()["questions"][0]["text"] == "Does it shrink?"
        for path in ("report", "takings", "offers", "plan", "line-up", "staff"):
            refused = await http.get(f"/shows/demo/{path}")
            assert refused.status_code in (403, 404), (path, refused.text)


async def test_who_may_hold_what_with_whom(party: Party, sign_for: SignFor) -> None:
    code = await party.invite()

    async def refused(show: str, by: httpx.AsyncClient, code: str = code) -> str:
        answer = await by.post("/joint", json={"code": code, "show": show})
        return str(answer.json()["code"])

    assert await refused("demo", party.ours) == "invalid"
    assert await refused(party.beside, party.ours) == "not_found"
    assert await refused(party.beside, party.theirs, "jc_never_made") == "not_found"
    draft = (
        await party.theirs.post("/shows", json={"title": "Later", "host": "Ren", "state": "draft"})
    ).json()["id"]
    assert await refused(draft, party.theirs) == "show_not_live"
    async with _as(party.one, sign_for("moderator", channel=THEIRS)) as moderator:
        assert await refused(party.beside, moderator) == "forbidden"
    assert (await party.theirs.post("/joint", json={"code": code, "show": party.beside})).status_code == 200
    assert await refused(party.beside, party.theirs, await party.invite()) == "conflict"
    # Neither may a show that is held in another one invite, nor one that holds others be held.
    assert (await party.theirs.post(f"/shows/{party.beside}/joint/invitations")).json()["code"] == "conflict"


async def test_either_channel_leaves_and_what_has_begun_goes_on_by_itself(
    party: Party, sign_for: SignFor
) -> None:
    await party.join()
    async with viewer_at(party.two) as viewer, AsyncExitStack() as stack:
        await viewer.join()
        ren = await stack.enter_async_context(joined_at(party.one, token=sign_for("host", channel=THEIRS)))
        nobody = await party.theirs.delete(f"/shows/{party.beside}/joint/s_nowhere")
        assert nobody.json()["code"] == "not_found"
        left = await party.ours.delete(f"/shows/demo/joint/{party.beside}")
        assert left.json()["joint"] is None
        await viewer.expect_push("show.changed", lambda line: line["show"]["joint"] is None)
        assert await ren.closed() == 4401
        assert not viewer.socket.close_code
        alone = (await party.theirs.get(f"/shows/{party.beside}")).json()
        assert (alone["state"], alone["joint"]) == ("live", None)
        async with viewer_at(party.one) as beside:
            assert await beside.refused("join", show=party.beside, token=viewer.token) == "forbidden"
    async with joined_at(party.two, party.beside, token=sign_for("host", channel=THEIRS)) as again:
        await again.do("announce", text="By ourselves now.")
    assert (await party.join())["joint"] == _joint(party)


async def test_the_joint_figures_are_read_by_each_channel_in_its_own_show(
    party: Party, sign_for: SignFor
) -> None:
    await party.join()
    async with (
        _as(party.one, sign_for("analyst")) as ours,
        _as(party.two, sign_for("analyst", THEIRS)) as theirs,
    ):
        read = [
            await ours.get("/shows/demo/stats/joint"),
            await theirs.get(f"/shows/{party.beside}/stats/joint"),
        ]
        assert [[each["name"] for each in body.json()["shows"]] for body in read] == [
            ["Demo", "Elsewhere"]
        ] * 2
        assert (await theirs.get("/shows/demo/stats/joint")).json()["code"] == "forbidden"
        await party.ours.delete(f"/shows/demo/joint/{party.beside}")
        alone = (await ours.get("/shows/demo/stats/joint")).json()
        assert [each["show"] for each in alone["shows"]] == ["demo"]
