"""Holds on two servers: by whatever way one is placed, its viewer hears of it on all of their connections, and nobody else does."""

import asyncio
from typing import Any

import httpx

from tests.support.servers import SignFor
from tests.support.viewer import joined_at

HOLDS = "/v1/shows/demo/holds"
CART = {"lines": [{"product": "p_apron", "quantity": 2}, {"product": "p_bowl", "quantity": 1}]}


def states(pushes: list[dict[str, Any]]) -> list[str]:
    return [push["hold"]["state"] for push in pushes if push["type"] == "hold.changed"]


async def test_all_connections_of_a_viewer_hear_how_a_hold_stands_and_nobody_else_does(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    here, there = servers
    token, key = sign_for("viewer"), {"Idempotency-Key": "key-hold-1"}
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        joined_at(here, token=token) as phone,
        joined_at(there, token=token) as desk,
        joined_at(there) as other,
        httpx.AsyncClient(base_url=f"http://{here}", headers=headers) as one,
        httpx.AsyncClient(base_url=f"http://{there}", headers=headers) as two,
    ):
        placed = await one.post(HOLDS, json=CART, headers=key)
        again = await two.post(HOLDS, json=CART, headers=key)
        assert (placed.status_code, again.status_code) == (201, 200)
        assert (again.json(), again.headers.get("Idempotent-Replayed")) == (placed.json(), "true")
        assert "Idempotent-Replayed" not in placed.headers
        for tab in (phone, desk):
            told = (await tab.expect_push("hold.changed"))["hold"]
            assert (told["state"], told["expires_at"]) == ("placed", placed.json()["expires_at"])
        stock = (await other.expect_push("product.stock"))["products"]
        assert stock == [{"product": "p_apron", "stock": 8}, {"product": "p_bowl", "stock": 2}]
        released = await desk.do("hold.release", hold=placed.json()["hold"])
        assert released["state"] == "released"
        await phone.expect_push("hold.changed", lambda line: line["hold"]["state"] == "released")
        assert states(other.lines) == []


async def test_many_requests_with_one_key_make_one_hold(servers: tuple[str, str], sign_for: SignFor) -> None:
    headers = {"Authorization": f"Bearer {sign_for('viewer')}", "Idempotency-Key": "key-hold-2"}
    async with (
        httpx.AsyncClient(base_url=f"http://{servers[0]}", headers=headers) as one,
        httpx.AsyncClient(base_url=f"http://{servers[1]}", headers=headers) as two,
    ):
        answers = await asyncio.gather(*(each.post(HOLDS, json=CART) for each in (one, two) * 4))
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        assert len({answer.json()["hold"] for answer in answers}) == 1
        (listed,) = (await one.get(HOLDS)).json()["holds"]
        assert listed == answers[0].json()


async def test_the_invariant_is_shown_to_the_channels_people_with_what_is_held(
    server: str, sign_for: SignFor
) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:

        async def ask(role: str, channel: str = "demo") -> httpx.Response:
            headers = {"Authorization": f"Bearer {sign_for(role)}"}
            return await client.get(f"/v1/channels/{channel}/stock/invariant?limit=2", headers=headers)

        buyer = {"Authorization": f"Bearer {sign_for('viewer')}", "Idempotency-Key": "key-hold-3"}
        assert (await client.post(HOLDS, json=CART, headers=buyer)).status_code == 201
        bought = {"show": "demo", "product": "p_apron", "quantity": 1}
        assert (await client.post("/v1/orders", json=bought, headers=buyer)).status_code == 201
        told = (await ask("host")).json()
        assert (told["agrees"], told["wrong"], told["next"]) == (True, 0, "p_bowl")
        apron, bowl = told["products"]
        assert [apron[name] for name in ("on_hand", "free", "held", "sold", "moves", "rows")] == [
            10,
            7,
            2,
            1,
            2,
            2,
        ]
        assert (bowl["free"], bowl["held"], bowl["in_holds"]) == (2, 1, 1)
        assert (await ask("viewer")).status_code == 403
        assert (await ask("host", "elsewhere")).status_code == 404
