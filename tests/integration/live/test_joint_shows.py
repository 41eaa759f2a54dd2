"""Two channels hold a show as one: one room to talk in, each channel's catalogue beside it, and what is whose stays so."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.integration.live.test_what_is_kept import Rows, found, rows
from tests.support.eventually import eventually
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


async def test_each_channel_erases_what_is_theirs_of_a_viewer_of_both(
    party: Party, sign_for: SignFor, rows: Rows
) -> None:
    await party.join()
    async with (
        joined_at(party.two, name="Aki") as viewer,
        joined_at(party.one, party.beside, token=viewer.token) as beside,
        _as(party.one, sign_for("admin")) as ours,
        _as(party.two, sign_for("admin", THEIRS)) as theirs,
    ):
        question = (await viewer.do("ask", text="Does it shrink?"))["question"]
        await beside.do("buy", product=party.product, quantity=1, key="apron-of-ren")
        me = str(beside.id)
        (seen,) = (await theirs.post("/viewers/find", json={"viewer": me})).json()["people"]
        assert (seen["rows"].get("orders"), seen["rows"].get("question")) == (1, None)
        await found(rows, f"SELECT FROM attendance WHERE viewer_id = '{me}'", 2)
        assert (await theirs.post(f"/viewers/{me}/erasure")).status_code == 202
        await eventually(lambda: erased_in(theirs), within_seconds=60)
        assert await rows(f"SELECT show_id FROM orders WHERE viewer_id = '{me}'") == []
        assert await rows(f"SELECT text FROM question WHERE viewer_id = '{me}'") == [("Does it shrink?",)]
        # Their token is the other channel's, and good: what they do from now on is recorded anew.
        await viewer.do("react", kind="heart")
        await beside.do("ping")
        assert (await ours.post(f"/viewers/{me}/erasure")).status_code == 202
        assert await viewer.closed() == 4410
        assert await beside.closed() == 4410
        await eventually(lambda: erased_in(ours), within_seconds=60)
        assert await rows(f"SELECT text FROM question WHERE id = '{question}'") == [("–",)]
        assert await rows(f"SELECT show_id FROM attendance WHERE viewer_id = '{me}'") == []
        async with viewer_at(party.two) as back:
            assert await back.refused("join", show="demo", token=viewer.token) == "token_revoked"


async def erased_in(client: httpx.AsyncClient) -> bool:
    listed = (await client.get("/erasures")).json()["erasures"]
    return bool(listed) and all(each["done_at"] for each in listed)


async def test_hosts_of_the_other_channel_have_a_stage_where_people_talk(
    party: Party, sign_for: SignFor
) -> None:
    token = sign_for("host", channel=THEIRS)
    # Whoever joins as staff is known as such; a show's people are named among those.
    async with joined_at(party.one, party.beside, token=token) as ren:
        staff = [{"person": ren.id, "part": "host"}]
        await eventually(lambda: _named(party, staff))
        await party.join()
        joined = await ren.join(token=token)
        assert [each["host"] for each in joined["snapshot"]["stages"]] == [ren.id]
        async with (
            joined_at(party.two) as viewer,
            joined_at(party.two, token=sign_for("moderator")) as moderator,
        ):
            question = (await viewer.do("ask", text="Does it shrink?"))["question"]
            await moderator.do("question.stage", question=question, host=ren.id)
            told = await viewer.expect_push("stage.changed", lambda line: line["stages"])
            assert told["stages"] == [{"name": "Host", "question": question}]
            await moderator.do("question.answer", question=question, live=True)
            answered = (await viewer.expect_push("question.answered"))["question"]["answer"]
            assert answered["role"] == "host"
            # The other show's people change: so does the stage, a moment later.
            assert (await party.theirs.put(f"/shows/{party.beside}/staff", json={"staff": []})).is_success
            await moderator.expect_push("stage.changed", lambda line: line["stages"] == [])
            assert await moderator.refused("question.stage", question=question, host=ren.id) == "not_found"


async def _named(party: Party, staff: list[dict[str, Any]]) -> bool:
    return (await party.theirs.put(f"/shows/{party.beside}/staff", json={"staff": staff})).is_success


async def test_staff_of_either_channel_are_nobodys_to_sanction_and_viewers_of_either_are(
    party: Party, sign_for: SignFor
) -> None:
    await party.join()
    token = sign_for("moderator", channel=THEIRS)
    async with (
        joined_at(party.one, token=sign_for("host")) as host,
        joined_at(party.two, party.beside, token=token),  # whoever joins as staff is known as such
        joined_at(party.two, token=token) as partner,
        joined_at(party.one, party.beside) as theirs,
        joined_at(party.two, token=theirs.token) as viewer,
    ):
        assert await host.refused("viewer.sanction", viewer=partner.id, kind="ban") == "forbidden"
        for name, fields in (("viewer.ban", {}), ("viewer.sanction", {"kind": "mute"})):
            assert await partner.refused(name, viewer=host.id, **fields) == "forbidden"
        given = await host.do("viewer.sanction", viewer=viewer.id, kind="ban", reason="abuse")
        assert await viewer.closed() == 4403
        # They read why, appeal, and still buy of the shop whose viewer they are.
        async with _as(party.two, str(theirs.token)) as http:
            (own,) = (await http.get("/shows/demo/sanctions/own")).json()["sanctions"]
            assert own["reason"] == "abuse"
            path = f"/shows/demo/sanctions/{given['sanction']}/appeal"
            assert (await http.post(path, json={"text": "It was my son."})).json()["appeal"] == "open"
        await theirs.do("buy", product=party.product, quantity=1, key="apron-of-ren")


async def test_who_is_shadow_muted_in_the_leading_show_is_read_by_staff_of_both_alone(
    party: Party, sign_for: SignFor
) -> None:
    await party.join()
    async with (
        joined_at(party.one, token=sign_for("host")) as host,
        joined_at(party.two, token=sign_for("host", channel=THEIRS)) as partner,
        joined_at(party.one, party.beside) as theirs,
        joined_at(party.two, token=theirs.token) as viewer,
        joined_at(party.one) as other,
    ):
        await host.do("viewer.sanction", viewer=viewer.id, kind="shadow", reason="abuse")
        await viewer.do("comment", text="You are all fools")
        for staff in (host, partner):
            await staff.expect(lambda line: "all fools" in str(line), "the comment, for staff")
        await host.do("announce", text="Next!")
        await other.expect_push("announce")
        assert "all fools" not in str(other.lines)
