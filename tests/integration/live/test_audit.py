"""What happened: each act of a channel's people and programs is a row with who, when and what, which its admins read in pages."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.audit.actions import ACTIONS, KINDS
from tests.support.eventually import eventually
from tests.support.servers import SignFor
from tests.support.stage import ELSEWHERE

LOCALES = Path(__file__).parents[3] / "client_demo" / "shared" / "locales"
CUP = {"title": "Cup", "price": 900, "stock": 3, "external_id": "cup"}
FILE = "external_id,title,price,stock\ncup,Tall cup,950,3\nhat,Hat,1200,2\n"


@pytest.fixture
async def client(server: str, sign_for: SignFor) -> AsyncIterator[httpx.AsyncClient]:
    """An admin's."""
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {sign_for('admin')}"
        yield client


async def ask(client: httpx.AsyncClient, method: str, path: str, body: Any = None, **more: Any) -> Any:
    """Do something as an admin, whatever its version; return what is answered."""
    headers = {"If-Match": "*"} if method in ("PATCH", "PUT") or path.endswith(("archive", "restore")) else {}
    answer = await client.request(method, f"/v1{path}", json=body, headers=headers, **more)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def deeds(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    """Return what happened, the oldest first."""
    answer = await client.get("/v1/audit", params={"limit": 100, **params})
    assert answer.status_code == 200, answer.text
    return list(reversed(answer.json()["deeds"]))


async def actions(client: httpx.AsyncClient, **params: Any) -> list[str]:
    return [each["action"] for each in await deeds(client, **params)]


async def import_file(client: httpx.AsyncClient) -> str:
    """Import the file, and return the import's id."""
    sent = await client.post("/v1/imports?name=spring.csv", content=FILE.encode())
    place = f"/imports/{sent.json()['id']}"

    async def is_in(state: str) -> bool:
        return bool((await ask(client, "GET", place))["state"] == state)

    await eventually(lambda: is_in("ready"), within_seconds=60)
    await ask(client, "POST", f"{place}/apply")
    await eventually(lambda: is_in("applied"), within_seconds=60)
    return str(sent.json()["id"])


async def test_what_is_done_to_the_catalogue_is_kept_with_who_did_it(client: httpx.AsyncClient) -> None:
    cup = (await ask(client, "POST", "/products", CUP))["id"]
    await ask(client, "PATCH", f"/products/{cup}", {"price": 950, "title": "Tall cup"})
    await ask(client, "PATCH", f"/products/{cup}", {"price": 950})
    await ask(client, "POST", f"/products/{cup}/stock", {"add": 4})
    await ask(client, "POST", f"/products/{cup}/archive")
    await ask(client, "POST", f"/products/{cup}/restore")
    await ask(
        client, "POST", "/products/bulk", {"products": [CUP | {"stock": 7, "stock_seen": 7}, {"sku": "new"}]}
    )
    await ask(client, "PUT", "/products/order", {"products": [cup, "p_apron"]})
    imported = await import_file(client)
    found = await deeds(client, about="products")
    assert [(each["action"], each["called"], each["details"]) for each in found] == [
        ("product.create", "Cup", {"title": "Cup"}),
        ("product.change", "Tall cup", {"title": "Tall cup", "changed": ["price", "title"]}),
        ("product.stock", "Tall cup", {"reason": "restock", "add": 4, "stock": 7}),
        ("product.archive", "Tall cup", {"title": "Tall cup", "changed": ["active"]}),
        ("product.restore", "Tall cup", {"title": "Tall cup", "changed": ["active"]}),
        ("products.bulk", None, {"created": 0, "updated": 1, "products": [cup]}),
        ("products.order", None, {"products": 2}),
        ("products.import", "spring.csv", {"name": "spring.csv", "lines": 3, "created": 1, "updated": 1}),
    ]
    assert found[-1]["subject"] == imported
    assert {each["by"]["role"] for each in found} == {"admin"}
    assert all(each["by"]["id"] and each["at"] for each in found)


async def test_keys_providers_people_and_settings_leave_a_row_each(client: httpx.AsyncClient) -> None:
    made = await ask(client, "POST", "/keys", {"name": "Till", "scopes": ["catalogue:write"]})
    await ask(client, "PATCH", f"/keys/{made['id']}", {"name": "Shop"})
    for _ in range(2):
        await ask(client, "POST", f"/keys/{made['id']}/revoke")
    secret = await ask(client, "POST", "/customer-keys/secrets")
    await ask(client, "POST", f"/customer-keys/secrets/{secret['id']}/revoke")
    invited = await ask(client, "POST", "/invitations", {"role": "host", "email": "mika@shop.example"})
    await ask(client, "DELETE", f"/invitations/{invited['id']}")
    await ask(client, "PATCH", "/channel", {"name": "Aoi's kitchen", "language": "ja"})
    await ask(client, "PATCH", "/channel", {"name": "Aoi's kitchen"})
    assert await actions(client, about="connections") == [
        "key.made",
        "key.renamed",
        "key.revoked",
        "customer_secret.made",
        "customer_secret.ended",
    ]
    assert await actions(client, about="people") == ["person.invited", "invitation.withdrawn"]
    (changed,) = await deeds(client, about="channel")
    assert changed["details"]["changed"] == ["language", "name"]
    assert "sk_" not in json.dumps(await deeds(client))


async def test_a_program_is_named_by_its_key_and_found_by_it(client: httpx.AsyncClient) -> None:
    made = await ask(client, "POST", "/keys", {"name": "Till", "scopes": ["catalogue:write"]})
    key = {"Authorization": f"Bearer {made['secret']}"}
    assert (await client.post("/v1/products", json=CUP, headers=key)).status_code == 201
    (row,) = await deeds(client, actor=made["id"])
    assert (row["by"], row["action"]) == ({"id": made["id"], "name": "Till", "role": "key"}, "product.create")
    assert [each["called"] for each in await deeds(client, q="cup")] == ["Cup"]
    assert [each["called"] for each in await deeds(client, q="till CUP")] == ["Cup"]
    assert await deeds(client, q="no such thing") == []


async def test_a_show_is_found_by_its_title_and_pages_end_where_the_next_begin(
    client: httpx.AsyncClient,
) -> None:
    show = (await ask(client, "POST", "/shows", {"title": "Evening tea", "host": "Aoi"}))["id"]
    for title in ("Night tea", "Late tea"):
        await ask(client, "PATCH", f"/shows/{show}", {"title": title})
    await ask(client, "POST", f"/shows/{show}/cancel")
    await ask(client, "POST", f"/shows/{show}/archive")
    expected = ["show.archive", "show.cancel", "show.change", "show.change", "show.create"]
    assert list(reversed(await actions(client, q="late tea"))) == expected
    turned: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get("/v1/audit", params={"show": show, "limit": 2, **cursor})).json()
        turned += [each["action"] for each in page["deeds"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert turned == expected


async def test_only_the_channels_own_admins_read_it(client: httpx.AsyncClient, sign_for: SignFor) -> None:
    await ask(client, "POST", "/products", CUP)
    for role in ("host", "moderator", "analyst", "viewer"):
        headers = {"Authorization": f"Bearer {sign_for(role)}"}
        assert (await client.get("/v1/audit", headers=headers)).status_code == 403, role
    other = {"Authorization": f"Bearer {sign_for('admin', channel=ELSEWHERE)}"}
    assert (await client.get("/v1/audit", headers=other)).json()["deeds"] == []
    ours = (await deeds(client))[0]["id"]
    assert (await client.get(f"/v1/audit?cursor={ours}", headers=other)).status_code == 422
    key = await ask(client, "POST", "/keys", {"name": "Till", "scopes": ["catalogue:write"]})
    headers = {"Authorization": f"Bearer {key['secret']}"}
    assert (await client.get("/v1/audit", headers=headers)).status_code == 403


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_action_has_a_sentence_in_the_studio_and_belongs_to_a_filter(language: str) -> None:
    texts = json.loads((LOCALES / f"studio_happened.{language}.json").read_text())
    said = {name.removeprefix("did.") for name in texts if name.startswith("did.")}
    assert said == set(ACTIONS)
    assert {each.split(".")[0] for each in ACTIONS} == {kind for kinds in KINDS.values() for kind in kinds}
