"""The features over HTTP: the same services, the same refusals, and every route checks who asks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import server.access.routes
import server.questions.routes
import server.shop.hold_routes
import server.shop.routes
import server.shows.routes
import server.snapshots.routes
from server.access.roles import Role
from server.access.sign_in import SignIn
from server.bus.bus import Bus
from server.http import problems
from server.running.questions import question_lists_for
from server.viewers.aliases import Aliases
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, SHOW, Stage


@pytest.fixture
async def client(stage: Stage, redis_url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    bus = Bus(redis_url, prefix="t", process_id="p1")
    problems.install(app)
    for routes in (
        server.shows.routes,
        server.snapshots.routes,
        server.questions.routes,
        server.shop.routes,
        server.shop.hold_routes,
        server.access.routes,
    ):
        app.include_router(routes.router())
    for name in (
        "database",
        "clock",
        "questions",
        "shop",
        "holds",
        "shows",
        "surveys",
        "polls",
        "clock",
        "sanctions",
        "giveaways",
        "comments",
        "tokens",
    ):
        setattr(app.state, name, getattr(stage, name))
    lists = question_lists_for(stage.questions, stage.database, stage.clock, bus.kept)
    app.state.browsing_questions, app.state.visible_questions = lists.browsing, lists.visible
    app.state.aliases = Aliases(stage.database, stage.clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://showfloor") as client:
        yield client
    await bus.close()


def bearer(
    stage: Stage, role: Role = "viewer", *, channel: str = CHANNEL, viewer: str = "v_1"
) -> dict[str, str]:
    member = stage.tokens.new_member(channel, role, name="Aki", viewer_id=viewer)
    return {"Authorization": f"Bearer {stage.tokens.sign(member)}"}


def order(**others: Any) -> dict[str, Any]:
    return {"show": SHOW, "product": "p_bowl", "quantity": 1} | others


async def buy(
    client: httpx.AsyncClient, headers: dict[str, str], key: str = "key-00001", **others: Any
) -> httpx.Response:
    return await client.post("/v1/orders", json=order(**others), headers=headers | {"Idempotency-Key": key})


def code_of(response: httpx.Response) -> str:
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["status"] == response.status_code
    return str(problem["code"])


async def test_an_order_is_placed_once_per_key(stage: Stage, client: httpx.AsyncClient) -> None:
    me = bearer(stage)
    first, again = await buy(client, me, price=2500), await buy(client, me, price=2500)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert first.json()["amount"] == 2500
    other = await buy(client, me, quantity=2)
    assert (other.status_code, code_of(other)) == (422, "key_reused")
    found = await client.get(f"/v1/orders/{first.json()['order']}", headers=me)
    assert found.json() == first.json()


async def test_one_key_by_socket_and_by_http_is_one_purchase(stage: Stage, client: httpx.AsyncClient) -> None:
    receipt = await stage.buy("v_1", "p_bowl", key="key-00001")
    response = await buy(client, bearer(stage))
    assert (response.status_code, response.json()["order"]) == (200, receipt.order.id)


async def test_many_requests_with_one_key_make_one_order(stage: Stage, client: httpx.AsyncClient) -> None:
    me = bearer(stage)
    responses = await asyncio.gather(*(buy(client, me) for _ in range(20)))
    assert sorted(r.status_code for r in responses) == [200] * 19 + [201]
    assert len({r.json()["order"] for r in responses}) == 1


@pytest.mark.parametrize(
    "body",
    [
        order(quantity=0),
        order(quantity=-1),
        order(quantity=10**9),
        order(quantity="1"),
        order(quantity=1.0),
        order(quantity=True),
        order(price=-1),
        order(product=""),
        order(product="p bowl"),
        order(product="p\u0000bowl"),
        order(product="p" * 41),
        order(colour="red"),
        {"show": SHOW},
        [],
        None,
    ],
)
async def test_a_body_that_is_no_order_is_invalid(stage: Stage, client: httpx.AsyncClient, body: Any) -> None:
    headers = bearer(stage) | {"Idempotency-Key": "key-00001"}
    response = await client.post("/v1/orders", json=body, headers=headers)
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert await stage.orders() == []


@pytest.mark.parametrize("key", [None, "", "short", "x" * 65, "no spaces allowed"])
async def test_an_order_needs_a_key(stage: Stage, client: httpx.AsyncClient, key: str | None) -> None:
    headers = bearer(stage) if key is None else bearer(stage) | {"Idempotency-Key": key}
    response = await client.post("/v1/orders", json=order(), headers=headers)
    assert (response.status_code, code_of(response)) == (400 if key is None else 422, "invalid")


async def test_a_hold_is_placed_once_per_key_and_given_back(stage: Stage, client: httpx.AsyncClient) -> None:
    me, other = bearer(stage), bearer(stage, viewer="v_2")
    body = {"lines": [{"product": "p_bowl", "quantity": 2, "price": 2500}]}

    async def place(**lines: Any) -> httpx.Response:
        headers = me | {"Idempotency-Key": "key-00001"}
        return await client.post(f"/v1/shows/{SHOW}/holds", json=body | lines, headers=headers)

    first, again = await place(), await place()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    reused = await place(lines=[{"product": "p_bowl", "quantity": 1}])
    assert (reused.status_code, code_of(reused)) == (422, "key_reused")
    none = await client.post(f"/v1/shows/{SHOW}/holds", json=body, headers=me)
    assert (none.status_code, code_of(none)) == (400, "invalid")
    path = f"/v1/shows/{SHOW}/holds/{first.json()['hold']}"
    assert (await client.get(path, headers=me)).json() == first.json()
    assert (await client.get(f"/v1/shows/{SHOW}/holds", headers=me)).json() == {"holds": [first.json()]}
    assert code_of(await client.get(path, headers=other)) == "not_found"
    assert code_of(await client.delete(path, headers=other)) == "not_found"
    gone = await client.delete(path, headers=me)
    assert (gone.status_code, gone.json()["state"]) == (200, "released")
    assert (await client.delete(path, headers=me)).json() == gone.json()
    assert (await stage.held())["p_bowl"] == (3, 0, 0)


async def test_orders_are_refused_with_what_the_shop_says(stage: Stage, client: httpx.AsyncClient) -> None:
    me = bearer(stage)
    assert code_of(await buy(client, me, product="p_other")) == "not_found"
    assert code_of(await buy(client, me, show="nowhere")) == "not_found"
    sold_out = await buy(client, me, quantity=4)
    assert (code_of(sold_out), sold_out.json()["stock"]) == ("sold_out", 3)
    changed = await buy(client, me, price=1)
    assert (code_of(changed), changed.json()["price"]) == ("price_changed", 2500)
    assert code_of(await buy(client, bearer(stage, "host", channel=ELSEWHERE))) == "forbidden"
    assert code_of(await buy(client, {})) == "unauthenticated"


async def test_an_order_is_not_for_others_to_see(stage: Stage, client: httpx.AsyncClient) -> None:
    placed = (await buy(client, bearer(stage))).json()["order"]
    for other in (bearer(stage, viewer="v_2"), bearer(stage, "admin", channel=ELSEWHERE, viewer="m_2")):
        assert code_of(await client.get(f"/v1/orders/{placed}", headers=other)) == "not_found"
    assert (
        await client.get(f"/v1/orders/{placed}", headers=bearer(stage, "moderator", viewer="m_1"))
    ).is_success


async def test_the_queue_is_for_staff_of_the_channel(stage: Stage, client: httpx.AsyncClient) -> None:
    asked = [(await stage.questions.ask(SHOW, "v_1", "Aki", f"Question {n}")).id for n in range(3)]
    address = f"/v1/shows/{SHOW}/questions"
    for role, channel, status in (
        ("viewer", CHANNEL, 403),
        ("analyst", CHANNEL, 403),
        ("host", ELSEWHERE, 403),
        ("moderator", CHANNEL, 200),
    ):
        headers = bearer(stage, role, channel=channel)  # type: ignore[arg-type]
        for state in ("pending", "dismissed"):
            answer = await client.get(address, params={"state": state}, headers=headers)
            assert answer.status_code == status
    staff = bearer(stage, "moderator")
    first = (await client.get(address, params={"limit": 2, "state": "open"}, headers=staff)).json()
    rest = (await client.get(address, params={"limit": 2, "cursor": first["next"]}, headers=staff)).json()
    assert [q["id"] for q in first["questions"] + rest["questions"]] == asked[::-1]
    assert rest["next"] is None
    assert "moderated_by" in first["questions"][0]
    assert code_of(await client.get(address, params={"state": "lost"}, headers=staff)) == "invalid"
    assert code_of(await client.get("/v1/shows/nowhere/questions", headers=staff)) == "not_found"


async def test_shows_are_for_everybody(stage: Stage, client: httpx.AsyncClient) -> None:
    listed = (await client.get("/v1/shows", params={"channel": CHANNEL})).json()
    assert [show["id"] for show in listed["shows"]] == [SHOW]
    one = await client.get(f"/v1/shows/{SHOW}")
    assert one.json() == listed["shows"][0]
    assert one.json()["started_at"] == "2026-11-22T12:00:00.000Z"
    assert code_of(await client.get("/v1/shows/nowhere")) == "not_found"
    assert code_of(await client.get("/v1/shows/no%20where")) == "invalid"
    assert code_of(await client.get("/v1/shows")) == "invalid"


async def test_hosts_create_shows_in_their_own_channel(stage: Stage, client: httpx.AsyncClient) -> None:
    body = {
        "title": "Autumn",
        "host": "Mika",
        "starts_at": "2026-12-01T10:00:00Z",
        "video": {"mp4": "/media/a.mp4"},
    }
    created = await client.post("/v1/shows", json=body, headers=bearer(stage, "host", channel=ELSEWHERE))
    assert created.status_code == 201
    assert created.json()["channel"] == ELSEWHERE
    assert (await client.get(created.headers["Location"])).json() == created.json()
    for role in ("viewer", "moderator", "analyst"):
        response = await client.post("/v1/shows", json=body, headers=bearer(stage, role))
        assert code_of(response) == "forbidden"


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "\u200b"},
        {"title": "x" * 121},
        {"moderation": "none"},
        {"video": {"mp4": "javascript:alert(1)"}},
        {"video": {"mp4": "//elsewhere"}},
        {"starts_at": "2026-12-01T10:00:00"},
        {"channel": ELSEWHERE},
    ],
)
async def test_a_show_that_makes_no_sense_is_invalid(
    stage: Stage, client: httpx.AsyncClient, wrong: dict[str, Any]
) -> None:
    body = {"title": "Autumn", "host": "Mika"} | wrong
    response = await client.post("/v1/shows", json=body, headers=bearer(stage, "host"))
    assert code_of(response) == "invalid"


async def test_viewers_find_their_own_things(stage: Stage, client: httpx.AsyncClient) -> None:
    mine = (await stage.questions.ask(SHOW, "v_1", "Aki", "Mine?")).id
    yours = (await stage.questions.ask(SHOW, "v_2", "Ren", "Yours?")).id
    await stage.questions.vote(SHOW, "v_1", yours)
    bought = (await stage.buy("v_1", "p_bowl")).order.id
    await stage.buy("v_2", "p_bowl")
    own = (await client.get(f"/v1/shows/{SHOW}/me", headers=bearer(stage))).json()
    assert [q["id"] for q in own["questions"]] == [mine]
    assert own["votes"] == [yours]
    assert [o["order"] for o in own["orders"]] == [bought]
    assert code_of(await client.get(f"/v1/shows/{SHOW}/me")) == "unauthenticated"
    elsewhere = bearer(stage, channel=ELSEWHERE)
    assert code_of(await client.get(f"/v1/shows/{SHOW}/me", headers=elsewhere)) == "forbidden"


async def test_a_sign_in_code_is_good_once(stage: Stage, client: httpx.AsyncClient) -> None:
    sign_in = SignIn(stage.database, stage.tokens, stage.clock)
    code = await sign_in.issue_code(CHANNEL, "host", subject="Mika")
    tries = [client.post("/v1/sign-in", json={"code": code}) for _ in range(5)]
    responses = await asyncio.gather(*tries)
    (signed_in,) = [r for r in responses if r.status_code == 200]
    assert {code_of(r) for r in responses if r is not signed_in} == {"unauthenticated"}
    answer = signed_in.json()
    assert (answer["role"], answer["channel"], answer["name"]) == ("host", CHANNEL, "Mika")
    assert stage.tokens.verify(answer["token"]).viewer_id == answer["viewer"]


async def test_a_sign_in_code_ends(stage: Stage, client: httpx.AsyncClient) -> None:
    sign_in = SignIn(stage.database, stage.tokens, stage.clock)
    code = await sign_in.issue_code(CHANNEL, "host", subject="Mika", uses=2)
    assert (await client.post("/v1/sign-in", json={"code": code})).status_code == 200
    stage.tick(15 * 60)
    assert code_of(await client.post("/v1/sign-in", json={"code": code})) == "unauthenticated"
    assert code_of(await client.post("/v1/sign-in", json={"code": "not-a-code-of-ours"})) == "unauthenticated"


async def test_the_same_person_is_the_same_viewer_by_every_code(stage: Stage) -> None:
    sign_in = SignIn(stage.database, stage.tokens, stage.clock)
    codes = [await sign_in.issue_code(CHANNEL, "host", subject=who) for who in ("Mika", "Mika", "Ren")]
    first, second, third = [(await sign_in.exchange(code)).viewer_id for code in codes]
    assert first == second != third


async def test_a_token_is_renewed_until_it_ends(stage: Stage, client: httpx.AsyncClient) -> None:
    headers = bearer(stage, "host")
    stage.tick(timedelta(hours=11).total_seconds())
    renewed = (await client.post("/v1/tokens/renew", headers=headers)).json()
    assert renewed["role"] == "host"
    stage.tick(timedelta(hours=2).total_seconds())
    assert code_of(await client.post("/v1/tokens/renew", headers=headers)) == "token_expired"
    fresh = {"Authorization": f"Bearer {renewed['token']}"}
    assert (await client.post("/v1/tokens/renew", headers=fresh)).status_code == 200


async def test_what_is_a_viewers_own_comes_whole(stage: Stage, client: httpx.AsyncClient) -> None:
    """However much it is: nobody has to ask for a second page."""
    asked = [await stage.questions.ask(SHOW, "v_1", "Aki", f"Number {n}?") for n in range(230)]
    for question in asked:
        await stage.questions.vote(SHOW, "v_1", question.id)
    own = (await client.get(f"/v1/shows/{SHOW}/me", headers=bearer(stage))).json()
    ids = [question.id for question in asked]
    assert [question["id"] for question in own["questions"]] == sorted(ids, reverse=True)
    assert own["votes"] == sorted(ids)
    await stage.questions.dismiss(SHOW, HOST, ids[0], None, "rude")
    own = (await client.get(f"/v1/shows/{SHOW}/me", headers=bearer(stage))).json()
    assert own["questions"][-1]["dismissed_reason"] == "rude"
    assert "dismissed_reason" not in own["questions"][0]
