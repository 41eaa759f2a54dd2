"""Auctions over HTTP: prepared, bid upon with a key, listed, proved, and blocks that are lifted."""

import csv
import io
import json
from typing import Any

import httpx
from sqlalchemy import text

from server.db.engine import Database
from server.settings import Settings
from tests.support.numbers import numbers_in
from tests.support.servers import SignFor

TERMS = {
    "product": "p_bowl",
    "start": 1000,
    "steps": [{"from": 0, "step": 100}, {"from": 5000, "step": 500}],
    "seconds": 60,
    "reserve": 1500,
}


def caller(server: str, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://{server}/v1", headers={"Authorization": f"Bearer {token}"})


async def test_an_auction_over_http(server: str, sign_for: SignFor, settings: Settings) -> None:
    async with caller(server, sign_for("host")) as host, caller(server, sign_for("viewer")) as viewer:
        made = await host.post("/shows/demo/auctions", json=TERMS)
        assert made.status_code == 201, made.text
        auction = made.json()["id"]
        assert (made.json()["steps"], made.json()["extensions_max"]) == (TERMS["steps"], 20)
        changed = {"json": TERMS | {"seconds": 90}}
        stale = await host.put(f"/auctions/{auction}", **changed, headers={"If-Match": '"7"'})  # type: ignore[arg-type]
        assert (stale.status_code, stale.json()["current"]["id"]) == (412, auction)
        tag = {"If-Match": made.headers["ETag"]}
        assert (await host.put(f"/auctions/{auction}", **changed, headers=tag)).json()["seconds"] == 90  # type: ignore[arg-type]
        wrong = await host.post("/shows/demo/auctions", json=TERMS | {"reserve": 10})
        assert (wrong.status_code, wrong.json()["errors"][0]["at"]) == (422, "body/reserve")
        begun = await host.post(
            "/live/demo/commands", json={"id": 1, "type": "auction.start", "auction": auction}
        )
        assert begun.json()["state"] == "running"
        bids, key = f"/shows/demo/auctions/{auction}/bids", {"Idempotency-Key": "key-of-the-bid"}
        assert (await viewer.post(bids, json={"max": 2000})).status_code == 400
        first = await viewer.post(bids, json={"max": 2000}, headers=key)
        assert (first.status_code, first.json()["price"], first.json()["leading"]) == (201, 1500, True)
        again = await viewer.post(bids, json={"max": 2000}, headers=key)
        assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
        assert (await viewer.post(bids, json={"max": 3000}, headers=key)).json()["code"] == "key_reused"
        staff = await host.post(bids, json={"max": 2000}, headers={"Idempotency-Key": "key-of-the-host"})
        assert staff.json()["code"] == "forbidden"
        own = (await viewer.get("/shows/demo/bids")).json()["bids"]
        assert own == [{"auction": auction, "bidder": 1, "max": 2000, "leading": True}]
        seen = (await host.get(f"/auctions/{auction}")).json()
        assert (seen["price"], seen["bidders"][0]["number"], seen["reserve_met"]) == (1500, 1, True)
        assert 2000 not in numbers_in(seen), "how far somebody goes is nobody's to know"
        assert (await viewer.get(f"/auctions/{auction}")).status_code == 403
        await _proof(host)
        await _blocks(host, settings, auction)


async def _proof(host: httpx.AsyncClient) -> None:
    rows = list(csv.DictReader(io.StringIO((await host.get("/shows/demo/auctions/proof")).text)))
    assert [(row["event"], row["price_minor"], row["max_minor"]) for row in rows] == [
        ("auction_opened", "1000", "1500"),
        ("auction_bid", "1500", ""),
    ]
    lines = (await host.get("/shows/demo/auctions/proof?format=jsonl")).text.splitlines()
    assert json.loads(lines[1])["bidder"] == 1


async def _blocks(host: httpx.AsyncClient, settings: Settings, auction: str) -> None:
    database = Database(settings.database_url or "", pool_size=1)
    async with database.write() as connection:
        given: dict[str, Any] = {"auction": auction}
        await connection.execute(
            text("INSERT INTO auction_award VALUES (:auction, 1, 1, 1500, 'h_1', now())"), given
        )
        await connection.execute(
            text(
                "INSERT INTO auction_block VALUES (:auction, 'demo', 'v_ann', 'Ann', now(), now() + interval '1 day')"
            ),
            given,
        )
    await database.close()
    blocks = "/channels/demo/auction-blocks"
    assert [each["name"] for each in (await host.get(blocks)).json()["blocks"]] == ["Ann"]
    assert (await host.get("/channels/elsewhere/auction-blocks")).status_code == 404
    assert (await host.delete(f"{blocks}/v_ann")).status_code == 204
    assert (await host.delete(f"{blocks}/v_ann")).status_code == 404
    assert (await host.get(blocks)).json()["blocks"] == []
