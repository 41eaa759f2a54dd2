"""API keys: whatever changes something on the merchant's side names who may, and refuses a key that may not, on every process at once.

The routes are found in the API's description: a new one is tried by itself. What needs a body or an id must be named here.
"""

import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from server.access.roles import ROLES, SCOPES, covers
from server.db.engine import Database
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.stage import CHANNEL, ELSEWHERE

OF_VIEWERS = {
    ("POST", "/v1/orders"),
    ("POST", "/v1/orders/{order}/receipt"),
    ("POST", "/v1/payments"),
    ("POST", "/v1/payments/{payment}/cancel"),
    ("POST", "/v1/receipts"),
    ("POST", "/v1/live/{show}/commands"),
    ("POST", "/v1/page-views"),
    ("POST", "/v1/shows/{show}/me/separate"),
    ("POST", "/v1/shows/{show}/cart"),
    ("POST", "/v1/shows/{show}/auctions/{auction}/bids"),
    ("POST", "/v1/shows/{show}/holds"),
    ("POST", "/v1/shows/{show}/holds/{hold}/exchange"),
    ("DELETE", "/v1/shows/{show}/holds/{hold}"),
    ("PUT", "/v1/shows/{show}/holds/{hold}/checkout"),
    ("POST", "/v1/shows/{show}/questions/similar"),
    ("POST", "/v1/shows/{show}/faq/{line}/helped"),
    ("POST", "/v1/shows/{show}/faq/similar"),
    ("POST", "/v1/shows/{show}/sanctions/{sanction}/appeal"),
    ("POST", "/v1/shows/{show}/waitlist"),
    ("DELETE", "/v1/shows/{show}/waitlist/{product}"),
    ("PUT", "/v1/shows/{show}/reviews/{product}"),
    ("DELETE", "/v1/shows/{show}/reviews/{product}"),
    ("POST", "/v1/shows/{show}/posts"),
    ("POST", "/v1/posts/pictures"),
    ("DELETE", "/v1/posts/{post}"),
    ("POST", "/v1/shows/{show}/mail"),
    ("POST", "/v1/shows/{show}/mail/stop"),
    ("POST", "/v1/sign-in"),
    ("POST", "/v1/sign-in/oidc"),
    ("POST", "/v1/sign-out"),
    ("POST", "/v1/tokens/renew"),
    ("POST", "/v1/orders/link"),
    ("POST", "/v1/orders/claim"),
    ("POST", "/v1/sign-in/password"),
    ("POST", "/v1/password/reset"),
    ("POST", "/v1/invitations/look"),
    ("POST", "/v1/invitations/accept"),
    ("POST", "/v1/channels"),
    ("POST", "/v1/viewers/me/erasure"),
}
"""What people do for themselves, each with a token, a code or a link of their own."""
OF_ONESELF = {
    ("PATCH", "/v1/people/{person}"),
    ("POST", "/v1/people/me/password"),
    ("DELETE", "/v1/sessions/{session}"),
}
"""What everybody of the channel does for themselves, and an admin for others; a program has no account."""
IDS = {"picture": "0" * 40, "suppression": "0" * 64}
"""What stands in the place of a name in a path, where an id looks otherwise than most do."""
AUCTION = {"product": "p_bowl", "start": 1, "steps": [{"from": 0, "step": 1}], "seconds": 60}
POLL = {"kind": "single", "question": "Which?", "choices": ["A", "B"]}
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/v1/query"): {"metrics": ["viewers"]},
    ("POST", "/v1/channel/screening/try"): {"text": "So?"},
    ("PUT", "/v1/channels/{channel}/report-settings"): {"hold_after": 3},
    ("PUT", "/v1/channels/{channel}/sanction-settings"): {"returning": "hold"},
    ("PUT", "/v1/channels/{channel}/hand-over-settings"): {"whose": "everybody"},
    ("PATCH", "/v1/queries/{query}"): {"name": "Till"},
    ("PATCH", "/v1/keys/{key}"): {"name": "Till"},
    ("PATCH", "/v1/webhooks/{webhook}"): {"description": "Till"},
    ("PATCH", "/v1/products/{product}"): {"title": "Till"},
    ("POST", "/v1/channels/{channel}/orders/{order}/shipments"): {},
    ("POST", "/v1/channels/{channel}/shipments"): {"orders": [{"order": "none_1"}]},
    ("PATCH", "/v1/channels/{channel}/orders/{order}/shipments/{shipment}"): {"carrier": "", "tracking": ""},
    ("POST", "/v1/channels/{channel}/orders/{order}/notes"): {"text": "Till"},
    ("POST", "/v1/products/{product}/stock"): {"add": 1},
    ("PATCH", "/v1/shows/{show}"): {"title": "Till"},
    ("PUT", "/v1/shows/{show}/line-up"): {"products": []},
    ("PUT", "/v1/shows/{show}/staff"): {"staff": []},
    ("PUT", "/v1/shows/{show}/recording"): {"mp4": "/media/show.mp4"},
    ("PATCH", "/v1/people/{person}"): {"role": "host"},
    ("POST", "/v1/shows/{show}/surveys"): {"kind": "text", "question": "What did you miss?"},
    ("PUT", "/v1/surveys/{survey}"): {"kind": "text", "question": "What did you miss?"},
    ("POST", "/v1/shows/{show}/polls"): POLL,
    ("PUT", "/v1/polls/{poll}"): POLL,
    ("POST", "/v1/shows/{show}/giveaways"): {"prize": "A bowl"},
    ("POST", "/v1/shows/{show}/offers"): {"product": "p_bowl", "price": 1},
    ("PUT", "/v1/channel/vouchers/{voucher}"): {"code": "spring", "kind": "free_shipping"},
    ("PUT", "/v1/offers/{offer}"): {"product": "p_bowl", "price": 1},
    ("POST", "/v1/shows/{show}/auctions"): AUCTION,
    ("PUT", "/v1/auctions/{auction}"): AUCTION,
    ("POST", "/v1/reviews/{review}/refuse"): {},
    ("POST", "/v1/posts/{post}/reject"): {"reason": "spam"},
    ("POST", "/v1/posts/{post}/remove"): {"reason": "spam"},
    ("POST", "/v1/products/{product}/faq"): {"question": "Is it washable?", "answer": "By hand."},
    ("PATCH", "/v1/faq/{line}"): {"shown": False},
    ("POST", "/v1/orders/{order}/refunds"): {"reason": "other", "everything": True},
    ("POST", "/v1/orders/{order}/refunds/reckoning"): {"reason": "other", "everything": True},
    ("PATCH", "/v1/channel/segments/{segment}"): {"name": "Till"},
    ("PUT", "/v1/shows/{show}/targets"): {"targets": []},
    ("POST", "/v1/shows/{show}/actions"): {"text": "Till"},
    ("PATCH", "/v1/channel/actions/{action}"): {"state": "done"},
}
"""What must be sent with a change to one thing, so that nothing but the thing's channel is wrong."""


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
async def two(
    make_settings: MakeSettings, set_stage: None
) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """Clients of two servers on the same engines."""
    settings = make_settings(limits="off")
    async with (
        live_server(settings) as one,
        live_server(settings) as other,
        httpx.AsyncClient(base_url=f"http://{one}") as first,
        httpx.AsyncClient(base_url=f"http://{other}") as second,
    ):
        yield first, second


@pytest.fixture
async def one(make_settings: MakeSettings, set_stage: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of one server, for what asks it very often."""
    async with (
        live_server(make_settings(limits="off")) as address,
        httpx.AsyncClient(base_url=f"http://{address}") as client,
    ):
        yield client


Two = tuple[httpx.AsyncClient, httpx.AsyncClient]


async def make_key(client: httpx.AsyncClient, admin: str, *scopes: str) -> dict[str, Any]:
    """Make a key with the scopes."""
    answer = await client.post("/v1/keys", headers=bearer(admin), json={"name": "Till", "scopes": scopes})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def changes_of(description: dict[str, Any]) -> Iterator[tuple[str, str, list[str], list[str]]]:
    """Yield method, path, roles and scopes of every operation that changes something on the merchant's side."""
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            if method == "get" or (method.upper(), path) in OF_VIEWERS or not operation.get("security"):
                continue
            named = {name: who for each in operation["security"] for name, who in each.items()}
            yield method.upper(), path, named.get("token", []), named.get("key", [])


async def test_every_change_says_who_may_make_it(two: Two) -> None:
    paths = (await two[0].get("/openapi.json")).json()["paths"]
    changes = {(m.upper(), path) for path, methods in paths.items() for m in methods if m != "get"}
    unsaid = {
        (method, path)
        for method, path in changes - OF_VIEWERS
        if not paths[path][method.lower()].get("security")
    }
    assert unsaid == set(), (
        "name the roles and the scope by `permitted`, or say above that it is a viewer's own"
    )
    for method, path, roles, scopes in changes_of({"paths": paths}):
        assert roles, (method, path)
        assert set(roles) <= set(ROLES) - {"viewer"}, (method, path)
        own = (method, path) in OF_ONESELF
        assert scopes or own or roles == ["admin"], (
            method,
            path,
            "what a host may do a program may do by a scope",
        )


async def code_of(client: httpx.AsyncClient, asked: httpx.Request, credentials: str | None) -> str | None:
    """Send the request with the credentials, and return the refusal's code; None for what is not refused."""
    headers = dict(asked.headers) | (bearer(credentials) if credentials else {})
    answer = await client.request(asked.method, asked.url, headers=headers, content=asked.content)
    return None if answer.is_success else str(answer.json()["code"])


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_every_change_refuses_whoever_may_not_make_it(
    one: httpx.AsyncClient, sign_for: SignFor, method: str
) -> None:
    admin, others = sign_for("admin"), sign_for("admin", ELSEWHERE)
    every = {scope: (await make_key(one, admin, scope))["secret"] for scope in SCOPES}
    ended = await make_key(one, admin, *SCOPES)
    await one.post(f"/v1/keys/{ended['id']}/revoke", headers=bearer(admin))
    foreign = (await make_key(one, others, *SCOPES))["secret"]
    found = list(changes_of((await one.get("/openapi.json")).json()))
    assert {each for each, *_ in found} == {"POST", "PUT", "PATCH", "DELETE"}, "name every method above"
    for _, path, roles, scopes in [change for change in found if change[0] == method]:
        IDS["key"] = ended["id"]
        place = re.sub(r"{(\w+)}", lambda name: IDS.get(name[1], "none_1"), path)

        key = {"Idempotency-Key": "knock-knock-1"}
        asked = one.build_request(method, place, json=BODIES.get((method, path)), headers=key)
        knock = partial(code_of, one, asked)
        assert await knock(None) == "unauthenticated", (method, path)
        assert await knock("sk_" + "x" * 43) == "unauthenticated", (method, path)
        assert await knock(ended["secret"]) == "token_revoked", (method, path)
        for role in set(ROLES) - set(roles):
            assert await knock(sign_for(role)) == "forbidden", (method, path, role)
        enough = {each for each in SCOPES for wanted in SCOPES if wanted in scopes and covers([each], wanted)}
        for scope in set(SCOPES) - enough:
            assert await knock(every[scope]) == "forbidden", (method, path, scope)
        if "{" in path:
            stranger = foreign if scopes else others
            assert await knock(stranger) == "not_found", (method, path, "of another channel")


async def test_a_key_is_shown_once_and_kept_as_a_hash(
    two: Two, sign_for: SignFor, settings: Settings
) -> None:
    admin = bearer(sign_for("admin"))
    once = {"Idempotency-Key": "make-a-key-1"}
    asked = {"name": "  Till  ", "scopes": ["orders:read", "catalogue:write"]}
    first = await two[0].post("/v1/keys", headers=admin | once, json=asked)
    again = await two[1].post("/v1/keys", headers=admin | once, json=asked)
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    secret = first.json()["secret"]
    assert re.fullmatch(r"sk_[A-Za-z0-9_-]{43}", secret)
    assert first.json()["name"] == "Till"
    assert secret.endswith(first.json()["hint"])
    listed = await two[1].get("/v1/keys", headers=admin)
    assert [key["id"] for key in listed.json()["keys"]] == [first.json()["id"]]
    one = await two[1].get(first.headers["location"], headers=admin)
    assert secret not in listed.text + one.text
    assert one.json() == listed.json()["keys"][0]
    assert settings.database_url
    database = Database(settings.database_url, pool_size=1)
    async with database.read() as connection:
        kept = (await connection.execute(text("SELECT * FROM api_key"))).mappings().one()
        answers = (await connection.scalars(text("SELECT result FROM intent"))).all()
    await database.close()
    assert secret not in str(dict(kept)) + "".join(answers)
    assert secret[-12:] not in str(dict(kept)) + "".join(answers)


async def test_a_revoked_key_is_refused_by_a_process_that_knows_it(two: Two, sign_for: SignFor) -> None:
    admin = sign_for("admin")
    made = await make_key(two[0], admin, "stats:read")
    for client in two:
        assert (await client.get("/v1/shows/demo/stats", headers=bearer(made["secret"]))).status_code == 200
    revoked = await two[0].post(f"/v1/keys/{made['id']}/revoke", headers=bearer(admin))
    assert revoked.json()["revoked_at"]

    async def refused_by(client: httpx.AsyncClient) -> bool:
        answer = await client.get("/v1/shows/demo/stats", headers=bearer(made["secret"]))
        return answer.status_code == 401 and answer.json()["code"] == "token_revoked"

    assert await refused_by(two[0])
    await eventually(lambda: refused_by(two[1]))
    again = await two[1].post(f"/v1/keys/{made['id']}/revoke", headers=bearer(admin))
    assert again.json()["revoked_at"] == revoked.json()["revoked_at"]


async def test_a_key_reads_what_its_scope_says_of_its_own_channel(two: Two, sign_for: SignFor) -> None:
    mine = (await make_key(two[0], sign_for("admin"), "stats:read"))["secret"]
    others = (await make_key(two[0], sign_for("admin", ELSEWHERE), *SCOPES))["secret"]
    for path in ("/v1/shows/demo/stats", "/v1/shows/demo/stats/series", "/v1/shows/demo/export.csv"):
        assert (await two[0].get(path, headers=bearer(mine))).status_code == 200
        assert (await two[0].get(path, headers=bearer(others))).json()["code"] == "not_found"
    refused = await two[0].get("/v1/orders/o_1", headers=bearer(mine))
    assert (refused.json()["code"], refused.json()["scope"]) == ("forbidden", "orders:read")
    assert (await two[0].get("/v1/shows/demo/me", headers=bearer(mine))).json()["code"] == "unauthenticated"


async def test_a_key_makes_a_show_in_its_channel(two: Two, sign_for: SignFor) -> None:
    made = await make_key(two[0], sign_for("admin"), "shows:write")
    plan = {"title": "Autumn", "host": "Mika"}
    answer = await two[0].post("/v1/shows", headers=bearer(made["secret"]), json=plan)
    assert (answer.status_code, answer.json()["channel"]) == (201, CHANNEL)


async def test_two_admins_who_name_a_key_do_not_overwrite_each_other(two: Two, sign_for: SignFor) -> None:
    admin = bearer(sign_for("admin"))
    made = await make_key(two[0], sign_for("admin"), "stats:read")
    place = f"/v1/keys/{made['id']}"
    read = (await two[0].get(place, headers=admin)).headers["etag"]
    first = await two[0].patch(place, headers=admin | {"If-Match": read}, json={"name": "Till"})
    second = await two[1].patch(place, headers=admin | {"If-Match": read}, json={"name": "Counter"})
    assert first.status_code == 200
    assert first.headers["etag"] != read
    assert (second.status_code, second.json()["code"], second.json()["status"]) == (412, "conflict", 412)
    assert second.json()["current"] == first.json()
    now = await two[1].patch(place, headers=admin | {"If-Match": first.headers["etag"]}, json={"name": "Bar"})
    assert now.json()["name"] == "Bar"
    anyhow = await two[1].patch(place, headers=admin, json={"name": "Stand"})
    assert anyhow.json()["version"] == now.json()["version"] + 1
    for header in ("3", "*x", '"3'):
        wrong = await two[0].patch(place, headers=admin | {"If-Match": header}, json={"name": "X"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid")
    weak = await two[0].patch(
        place, headers=admin | {"If-Match": f"W/{anyhow.headers['etag']}"}, json={"name": "X"}
    )
    assert weak.status_code == 412


async def test_when_a_key_was_used_last_is_kept_when_the_server_ends(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor
) -> None:
    settings = make_settings()
    admin = sign_for("admin")
    async with live_server(settings) as at, httpx.AsyncClient(base_url=f"http://{at}") as client:
        made = await make_key(client, admin, "stats:read")
        for _ in range(3):
            await client.get("/v1/shows/demo/stats", headers=bearer(made["secret"]))
        before = await client.get(f"/v1/keys/{made['id']}", headers=bearer(admin))
        assert before.json()["last_used_at"] is None, "a request with a key writes nothing"
    async with live_server(settings) as at, httpx.AsyncClient(base_url=f"http://{at}") as client:
        after = await client.get(f"/v1/keys/{made['id']}", headers=bearer(admin))
        assert after.json()["last_used_at"] > made["created_at"]


async def test_a_key_has_a_pace_and_so_has_who_guesses_one(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor
) -> None:
    settings = make_settings(requests_per_second_per_key=0.1, sign_ins_per_minute_per_ip=3.0)
    admin = sign_for("admin")
    path = "/v1/shows/demo/stats"
    async with live_server(settings) as at, httpx.AsyncClient(base_url=f"http://{at}") as client:
        made = await make_key(client, admin, "stats:read")
        answers = [await client.get(path, headers=bearer(made["secret"])) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        noted = REGISTRY.get_sample_value("showfloor_security_events_total", {"rule": "key_refused"}) or 0.0
        guesses = [await client.get(path, headers=bearer(f"sk_{n:043}")) for n in range(5)]
        codes = [guess.json()["code"] for guess in guesses]
        assert codes == ["unauthenticated"] * 3 + ["too_fast"] * 2
        after = REGISTRY.get_sample_value("showfloor_security_events_total", {"rule": "key_refused"}) or 0.0
        assert after - noted == 3


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "scopes": ["stats:read"]},
        {"name": "\u200b", "scopes": ["stats:read"]},
        {"name": "x" * 300, "scopes": ["stats:read"]},
        {"name": "Till", "scopes": []},
        {"name": "Till", "scopes": ["admin"]},
        {"name": "Till", "scopes": ["stats:read"], "more": 1},
    ],
)
async def test_a_key_that_says_nothing_is_not_made(
    server: str, sign_for: SignFor, body: dict[str, Any]
) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        answer = await client.post("/v1/keys", headers=bearer(sign_for("admin")), json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
