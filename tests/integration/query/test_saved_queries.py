"""Saved queries: shared in the channel, changed by version, as they were kept, and nobody else's."""

from typing import Any

import httpx
import pytest

from tests.support.servers import SignFor

QUERY: dict[str, Any] = {"metrics": ["viewers"], "dimensions": ["month"], "period": {"type": "last", "n": 90}}


def client(server: str, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=f"http://{server}/v1", headers=headers, timeout=30)


async def test_a_saved_query_is_shared_changed_and_kept_as_it_was(server: str, sign_for: SignFor) -> None:
    async with client(server, sign_for("analyst")) as analyst, client(server, sign_for("host")) as host:
        key = {"Idempotency-Key": "save-once-1"}
        saved = await analyst.post("/queries", json={"name": "By month", "query": QUERY}, headers=key)
        again = await analyst.post("/queries", json={"name": "By month", "query": QUERY}, headers=key)
        assert saved.status_code == 201
        assert again.json() == saved.json()
        place = f"/queries/{saved.json()['id']}"
        seen = (await host.get(place)).json()
        assert (seen["name"], seen["query"], seen["created_by"]) == ("By month", QUERY, "Analyst")
        assert (await host.post("/query", json=seen["query"])).status_code == 200
        changed = {"query": {**QUERY, "metrics": ["viewers", "gmv"]}}
        now = await host.patch(place, json=changed, headers={"If-Match": saved.headers["etag"]})
        assert (now.json()["version"], now.json()["changed_by"]) == (2, "Host")
        late = await analyst.patch(place, json={"name": "X"}, headers={"If-Match": saved.headers["etag"]})
        assert late.status_code == 412
        versions = (await analyst.get(f"{place}/versions")).json()["versions"]
        assert [(each["version"], each["by"]) for each in versions] == [(2, "Host"), (1, "Analyst")]
        assert versions[1]["query"] == QUERY
        assert [each["id"] for each in (await host.get("/queries")).json()["queries"]] == [seen["id"]]
        assert (await host.delete(place)).status_code == 204
        assert (await host.get(f"{place}/versions")).status_code == 404


async def test_another_channel_finds_nothing_and_what_is_no_query_is_not_saved(
    server: str, sign_for: SignFor
) -> None:
    async with (
        client(server, sign_for("analyst")) as analyst,
        client(server, sign_for("admin", channel="elsewhere")) as other,
    ):
        saved = (await analyst.post("/queries", json={"name": "Mine", "query": QUERY})).json()
        for method, path in (("GET", ""), ("GET", "/versions"), ("DELETE", "")):
            assert (await other.request(method, f"/queries/{saved['id']}{path}")).status_code == 404
        assert (await other.patch(f"/queries/{saved['id']}", json={"name": "Yours"})).status_code == 404
        assert (await other.get("/queries")).json() == {"queries": [], "next": None}
        for bad in ({"name": " ", "query": QUERY}, {"name": "X", "query": {"metrics": ["profit"]}}):
            assert (await analyst.post("/queries", json=bad)).status_code == 422


@pytest.mark.parametrize("role", ["viewer", "moderator"])
async def test_others_neither_read_nor_save(server: str, sign_for: SignFor, role: str) -> None:
    async with client(server, sign_for(role)) as somebody:
        assert (await somebody.get("/queries")).status_code == 403
        assert (await somebody.post("/queries", json={"name": "X", "query": QUERY})).status_code == 403
