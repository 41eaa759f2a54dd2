"""What the merchant does with a paid order: it goes off whole or by parcels, once, under a version; its buyer sees it on every device."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.live_server import live_server
from tests.support.pdf import words_of
from tests.support.servers import SignFor
from tests.support.viewer import Viewer, joined_at

ORDERS = "/v1/channels/demo/orders"
TRACK = "https://track.example/parcels/1?no=4711"


@pytest.fixture
async def host(server: str, sign_for: SignFor) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=20) as client:
        client.headers["Authorization"] = f"Bearer {sign_for('host')}"
        yield client


async def buy(viewer: Viewer, quantity: int = 3) -> str:
    """Buy some of a product, and return the order's id."""
    bought = await viewer.do("buy", product="p_apron", quantity=quantity, key="key-00001")
    return str(bought["order"])


async def ship(host: httpx.AsyncClient, order: str, *, status: int = 201, **body: Any) -> dict[str, Any]:
    answer = await host.post(f"{ORDERS}/{order}/shipments", json=body)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def own(server: str, viewer: Viewer) -> dict[str, Any]:
    """Return the viewer's only order, as they read it."""
    headers = {"Authorization": f"Bearer {viewer.lines[0]['token']}"}
    async with httpx.AsyncClient(base_url=f"http://{server}/v1", headers=headers) as client:
        (order,) = (await client.get("/shows/demo/me")).json()["orders"]
        assert (await client.get(f"/orders/{order['order']}")).json() == order
        receipt = (await client.post(f"/orders/{order['order']}/receipt")).json()["receipt"]
        shown = (await client.post("/receipts", json={"receipt": receipt})).json()
    names = ("state", "shipped_at", "carrier", "tracking", "parcels")
    assert {name: shown.get(name) for name in names} == {name: order.get(name) for name in names}
    return dict(order)


async def test_an_order_goes_off_by_parcels_and_its_buyer_follows_each(
    server: str, host: httpx.AsyncClient
) -> None:
    async with joined_at(server) as viewer:
        order = await buy(viewer)
        before = (await host.get(f"{ORDERS}/{order}")).json()
        assert (before["fulfilment"], before["version"], before["lines"][0]["left"]) == ("unshipped", 0, 3)
        assert "state" not in await own(server, viewer)
        first = await ship(host, order, carrier="ヤマト運輸", lines=[{"line": 0, "quantity": 2}])
        assert (first["fulfilment"], first["lines"][0]["shipped"], first["lines"][0]["left"]) == (
            "partly_shipped",
            2,
            1,
        )
        pushed = await viewer.expect_push("order.changed")
        assert (pushed["order"], pushed["state"], pushed["carrier"]) == (order, "paid", "ヤマト運輸")
        assert "tracking" not in pushed
        second = await ship(host, order, carrier="佐川急便", tracking=TRACK)
        assert second["fulfilment"] == "shipped"
        assert [each["lines"] for each in second["shipments"]] == [
            [{"line": 0, "quantity": 2}],
            [{"line": 0, "quantity": 1}],
        ]
        pushed = await viewer.expect_push("order.changed", lambda line: line["state"] == "shipped")
        assert pushed["tracking"] == TRACK
        mine = await own(server, viewer)
        assert (mine["state"], mine["carrier"], mine["tracking"]) == ("shipped", "佐川急便", TRACK)
        assert mine["shipped_at"] == second["shipments"][1]["shipped_at"]
        assert [each["carrier"] for each in mine["parcels"]] == ["ヤマト運輸", "佐川急便"]
        await ship(host, order, status=409)


async def test_a_mistake_is_undone_and_the_order_is_as_before(server: str, host: httpx.AsyncClient) -> None:
    async with joined_at(server) as viewer:
        order = await buy(viewer)
        (parcel,) = (await ship(host, order, tracking=TRACK))["shipments"]
        corrected = await host.patch(
            f"{ORDERS}/{order}/shipments/{parcel['id']}", json={"carrier": "DHL", "tracking": ""}
        )
        assert corrected.json()["shipments"][0]["carrier"] == "DHL"
        assert (await own(server, viewer)).get("tracking") is None
        undone = await host.delete(f"{ORDERS}/{order}/shipments/{parcel['id']}")
        assert (undone.json()["fulfilment"], undone.json()["lines"][0]["left"]) == ("unshipped", 3)
        assert undone.json()["shipments"][0]["undone_at"] is not None
        mine = await own(server, viewer)
        assert not {"state", "shipped_at", "carrier", "parcels"} & mine.keys()
        assert (await host.delete(f"{ORDERS}/{order}/shipments/{parcel['id']}")).status_code == 404
        assert (await ship(host, order))["fulfilment"] == "shipped"


@pytest.mark.parametrize(
    "wrong",
    [
        {"tracking": "http://track.example/1"},
        {"tracking": "javascript:alert(1)"},
        {"tracking": "/parcels/1"},
        {"tracking": "https://user:secret@track.example/"},
        {"tracking": "https://track.example/a b"},
        {"tracking": "https://" + "x" * 500},
        {"carrier": "a\nb"},
        {"carrier": "x" * 61},
        {"lines": []},
        {"lines": [{"line": 0, "quantity": 0}]},
        {"lines": [{"line": 0, "quantity": 4}]},
        {"lines": [{"line": 1, "quantity": 1}]},
        {"lines": [{"line": 0, "quantity": 2}, {"line": 0, "quantity": 2}]},
    ],
)
async def test_what_cannot_go_off_or_be_followed_changes_nothing(
    server: str, host: httpx.AsyncClient, wrong: dict[str, Any]
) -> None:
    async with joined_at(server) as viewer:
        order = await buy(viewer)
        assert (await ship(host, order, status=422, **wrong))["code"] == "invalid"
        assert (await host.get(f"{ORDERS}/{order}")).json()["version"] == 0


async def test_two_people_who_ship_at_once_ship_it_once(server: str, host: httpx.AsyncClient) -> None:
    async with joined_at(server) as viewer:
        order = await buy(viewer)
        seen = (await host.get(f"{ORDERS}/{order}")).headers["ETag"]
        key = {"Idempotency-Key": "ship-key-1", "If-Match": seen}
        path, body = f"{ORDERS}/{order}/shipments", {"lines": [{"line": 0, "quantity": 1}]}
        first = await host.post(path, json=body, headers=key)
        again = await host.post(path, json=body, headers=key)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.headers["Idempotent-Replayed"] == "true"
        late = await host.post(path, json=body, headers={"If-Match": seen})
        assert (late.status_code, late.json()["current"]["lines"][0]["shipped"]) == (412, 1)
        assert (await host.post(path, json={}, headers=key)).json()["code"] == "key_reused"
        assert len((await host.get(f"{ORDERS}/{order}")).json()["shipments"]) == 1


async def test_notes_are_for_the_channels_people_alone(server: str, host: httpx.AsyncClient) -> None:
    async with joined_at(server) as viewer:
        order = await buy(viewer)
        written = await host.post(f"{ORDERS}/{order}/notes", json={"text": " 熨斗を付ける <b> "})
        (note,) = written.json()["notes"]
        assert (note["text"], written.json()["version"]) == ("熨斗を付ける <b>", 1)
        assert "熨斗" not in str(await own(server, viewer))
        assert (await host.delete(f"{ORDERS}/{order}/notes/{note['id']}")).json()["notes"] == []
        assert (await host.delete(f"{ORDERS}/{order}/notes/{note['id']}")).status_code == 404


async def test_nobody_elsewhere_or_of_another_role_touches_an_order(
    server: str, host: httpx.AsyncClient, sign_for: SignFor
) -> None:
    async with joined_at(server) as viewer:
        order = await buy(viewer)
        for token, status in (
            (sign_for("moderator"), 403),
            (viewer.lines[0]["token"], 403),
            (sign_for("host", channel="elsewhere"), 404),
        ):
            headers = {"Authorization": f"Bearer {token}"}
            for answer in (
                await host.get(f"{ORDERS}/{order}", headers=headers),
                await host.post(f"{ORDERS}/{order}/shipments", json={}, headers=headers),
                await host.post(f"{ORDERS}/{order}/notes", json={"text": "x"}, headers=headers),
            ):
                assert answer.status_code == status, answer.text
        assert (await host.get(f"/v1/channels/elsewhere/orders/{order}")).status_code == 404
        assert (await host.get(f"{ORDERS}/o_none")).status_code == 404


async def test_the_list_says_how_far_orders_are_and_finds_them_by_it(
    server: str, host: httpx.AsyncClient
) -> None:
    orders = []
    for _ in range(3):
        async with joined_at(server) as viewer:
            orders.append(await buy(viewer))
    await ship(host, orders[0])
    await ship(host, orders[1], lines=[{"line": 0, "quantity": 1}])

    async def found(**params: str) -> list[str]:
        answer = (await host.get("/v1/orders", params=params)).json()["orders"]
        return [each["order"] for each in answer]

    assert await found(fulfilment="shipped") == [orders[0]]
    assert await found(fulfilment="partly_shipped") == [orders[1]]
    assert await found(fulfilment="unshipped") == [orders[2]]
    listed = (await host.get("/v1/orders")).json()["orders"]
    assert [each["fulfilment"] for each in listed] == ["unshipped", "partly_shipped", "shipped"]
    middle = next(each["at"] for each in listed if each["order"] == orders[1])
    assert await found(since=middle) == [orders[2], orders[1]]
    assert await found(before=middle) == [orders[0]]


async def test_the_buyer_hears_it_on_every_process(
    server: str, host: httpx.AsyncClient, settings: Any
) -> None:
    async with live_server(settings) as second, joined_at(server) as phone:
        token = phone.lines[0]["token"]
        async with joined_at(second, token=token) as laptop:
            order = await buy(phone)
            await ship(host, order, tracking=TRACK)
            for each in (phone, laptop):
                assert (await each.expect_push("order.changed"))["tracking"] == TRACK


async def test_packing_lists_of_several_orders_have_a_page_for_each(
    server: str, host: httpx.AsyncClient, sign_for: SignFor
) -> None:
    orders = []
    for _ in range(2):
        async with joined_at(server) as viewer:
            orders.append(await buy(viewer))
    await ship(host, orders[0], lines=[{"line": 0, "quantity": 1}])
    path = "/v1/channels/demo/packing-list"
    answer = await host.get(path, params={"order": orders, "language": "ja"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    pages = words_of(answer.content)
    assert ["合計 2 点" in page for page in pages] == [True, False]
    assert "合計 3 点" in pages[1]
    numbers = {each["order"]: each["number"] for each in (await host.get("/v1/orders")).json()["orders"]}
    assert all(numbers[order] in page for order, page in zip(orders, pages, strict=True))
    assert (await host.get(path, params={"order": "o_none"})).status_code == 404
    assert (await host.get(path)).status_code == 422
    elsewhere = {"Authorization": f"Bearer {sign_for('host', channel='elsewhere')}"}
    assert (await host.get(path, params={"order": orders}, headers=elsewhere)).status_code == 404


async def test_orders_as_a_table_have_a_row_for_each_line_and_no_formula(
    server: str, host: httpx.AsyncClient
) -> None:
    async with joined_at(server) as viewer:
        order = await buy(viewer)
    await ship(host, order, carrier="=1+1", tracking=TRACK)
    answer = await host.get("/v1/channels/demo/orders.csv", params={"fulfilment": "shipped"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))
    assert (row["order"], row["carrier"], row["tracking"], row["quantity"]) == (order, "'=1+1", TRACK, "3")
    empty = await host.get("/v1/channels/demo/orders.csv", params={"fulfilment": "unshipped"})
    assert len(empty.text.splitlines()) == 1


async def test_a_file_marks_many_orders_after_it_said_what_would_come_of_it(
    server: str, host: httpx.AsyncClient, sign_for: SignFor
) -> None:
    orders = []
    for _ in range(3):
        async with joined_at(server) as viewer:
            orders.append(await buy(viewer))
    listed = (await host.get("/v1/orders")).json()["orders"]
    number = {each["order"]: each["number"] for each in listed}
    await ship(host, orders[2])
    lines = [
        "注文番号,carrier,tracking,other",
        f"{number[orders[0]].lower()},ヤマト運輸,{TRACK},x",
        f"{number[orders[1]]},DHL,http://track.example/,x",
        f"{number[orders[2]]},DHL,,x",
        "NONE4711,DHL,,x",
        f"{number[orders[1]]},,,x",
    ]
    content = "\r\n".join(lines).encode("cp932")
    path = "/v1/channels/demo/shipments/file"
    for preview, left in ((True, 2), (False, 1)):
        answer = await host.post(path, params={"preview": preview}, content=content)
        results = [(each["line"], each["outcome"], each["why"]) for each in answer.json()["results"]]
        assert results == [
            (2, "shipped", None),
            (3, "refused", "tracking"),
            (4, "unchanged", None),
            (5, "refused", "unknown"),
        ]
        unshipped = (await host.get("/v1/orders", params={"fulfilment": "unshipped"})).json()["orders"]
        assert len(unshipped) == left
    again = (await host.post(path, content=content)).json()["results"]
    assert again[0]["outcome"] == "unchanged"
    assert (await host.post(path, content=b"\x00\x01")).json()["code"] == "feed_unreadable"
    marked = await host.post("/v1/channels/demo/shipments", json={"orders": [{"order": orders[1]}]})
    assert [each["outcome"] for each in marked.json()["results"]] == ["shipped"]
    elsewhere = {"Authorization": f"Bearer {sign_for('host', channel='elsewhere')}"}
    assert (await host.post(path, content=content, headers=elsewhere)).status_code == 404
