"""Imports over HTTP: a preview that says what would come, applied whole or not at all, on the catalogue that was seen."""

import asyncio
from typing import Any

import httpx
import pytest

from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.server_process import server_processes
from tests.support.servers import SignFor
from tests.support.stage import open_stage

HEAD = "external_id,sku,title,option1_name,option1_value,price,compare_at_price,stock,active\n"
TWO = (
    HEAD
    + "apron,AP,Linen apron,,,4800,6000,12,true\nbowl,,Bowl,Size,S,2000,,3,true\nbowl,,,Size,L,2600,,4,true\n"
)


class Merchant:
    """A host of the channel who imports."""

    def __init__(self, server: str, token: str) -> None:
        self.client = httpx.AsyncClient(
            base_url=f"http://{server}/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    async def send(self, content: str | bytes, **query: str) -> dict[str, Any]:
        answer = await self.client.post("/imports", content=content, params=query)
        assert answer.status_code == 202, answer.text
        return await self.settled(answer.json()["id"])

    async def settled(self, id: str) -> dict[str, Any]:
        """Return the import once it is neither waiting nor being applied."""
        found: dict[str, Any] = {}

        async def look() -> bool:
            found.update((await self.client.get(f"/imports/{id}")).json())
            return found["state"] not in ("waiting", "applying")

        await eventually(look, within_seconds=60)
        return found

    async def lines(self, id: str, **query: Any) -> list[dict[str, Any]]:
        answer = await self.client.get(f"/imports/{id}/lines", params=query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["lines"]
        return found

    async def apply(self, id: str) -> dict[str, Any]:
        answer = await self.client.post(f"/imports/{id}/apply")
        assert answer.status_code == 202, answer.text
        return await self.settled(id)

    async def take(self, content: str | bytes) -> dict[str, Any]:
        """Send and apply a file, and return the import."""
        return await self.apply((await self.send(content))["id"])

    async def export(self, format: str = "showfloor") -> bytes:
        answer = await self.client.get("/products/export", params={"format": format})
        assert answer.status_code == 200, answer.text
        return answer.content


@pytest.fixture
def merchant(server: str, sign_for: SignFor) -> Merchant:
    return Merchant(server, sign_for("host"))


async def products(settings: Settings) -> dict[str, tuple[Any, ...]]:
    """What is in the catalogue of the stage, by title: price, stock, sold, active."""
    assert settings.database_url is not None
    from sqlalchemy import text

    async with open_stage(settings.database_url, empty=True) as stage, stage.database.read() as connection:
        rows = await connection.execute(
            text("SELECT title, price_minor, stock, sold, active FROM product WHERE channel_id = 'demo'")
        )
        return {row[0]: tuple(row[1:]) for row in rows}


async def test_a_preview_says_what_would_come_and_changes_nothing(
    merchant: Merchant, settings: Settings
) -> None:
    before = await products(settings)
    found = await merchant.send(TWO, name="spring.csv")
    assert (found["state"], found["format"], found["name"]) == ("ready", "showfloor", "spring.csv")
    assert found["counts"] == {"create": 2, "update": 0, "unchanged": 0, "refused": 0}
    apron, bowl = await merchant.lines(found["id"])
    assert (apron["line"], apron["title"], apron["outcome"], apron["product"]) == (
        2,
        "Linen apron",
        "create",
        None,
    )
    assert (bowl["line"], bowl["last_line"], bowl["variants"]) == (3, 4, 2)
    assert await products(settings) == before


async def test_an_import_is_applied_and_again_it_changes_nothing(
    merchant: Merchant, settings: Settings
) -> None:
    assert (await merchant.take(TWO))["state"] == "applied"
    after = await products(settings)
    assert after["Linen apron"] == (4800, 12, 0, True)
    assert after["Bowl – S"] == (2000, 3, 0, True)
    again = await merchant.send(TWO)
    assert again["counts"] == {"create": 0, "update": 0, "unchanged": 2, "refused": 0}
    changed = await merchant.send(TWO.replace("4800", "4500").replace(",L,", ",XL,"))
    apron, bowl = await merchant.lines(changed["id"])
    assert apron["changes"] == [{"field": "price", "before": 4800, "after": 4500, "variant": None}]
    assert ("variant", None, "XL") in [(c["field"], c["before"], c["after"]) for c in bowl["changes"]]
    assert (await merchant.apply(changed["id"]))["state"] == "applied"
    assert (await products(settings))["Linen apron"][0] == 4500


async def test_refused_lines_are_named_and_the_others_are_applied(
    merchant: Merchant, settings: Settings
) -> None:
    found = await merchant.send(TWO + "cup,AP,Cup,,,1,,1,true\nhat,,Hat,,,-1,,1,true\n,,,,,5,,,\n")
    assert found["counts"] == {"create": 2, "update": 0, "unchanged": 0, "refused": 3}
    refused = await merchant.lines(found["id"], outcome="refused")
    assert [(p["line"], p["code"], p["field"]) for line in refused for p in line["problems"]] == [
        (5, "duplicate_sku", "sku"),
        (6, "price_negative", "price"),
        (7, "invalid", "title"),
    ]
    assert (await merchant.apply(found["id"]))["state"] == "applied"
    assert not {"Cup", "Hat"} & (await products(settings)).keys()


async def test_lines_come_in_pages(merchant: Merchant) -> None:
    found = await merchant.send(HEAD + "".join(f"p{n},,Product {n},,,100,,,\n" for n in range(25)))
    titles: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await merchant.client.get(f"/imports/{found['id']}/lines", params={"limit": 10, **cursor})
        titles += [line["title"] for line in answer.json()["lines"]]
        if answer.json()["next"] is None:
            break
        cursor = {"cursor": answer.json()["next"]}
    assert titles == [f"Product {n}" for n in range(25)]


async def test_a_sale_meanwhile_is_never_overwritten(merchant: Merchant, settings: Settings) -> None:
    assert settings.database_url is not None
    await merchant.take(TWO)
    found = await merchant.send(TWO.replace(",12,", ",20,"))
    (apron,) = await merchant.lines(found["id"], outcome="update")
    assert [(c["field"], c["before"], c["after"]) for c in apron["changes"]] == [("stock", 12, 20)]
    async with open_stage(settings.database_url, empty=True) as stage:
        await stage.buy("v_1", apron["product"], quantity=5)
    assert (await merchant.apply(found["id"]))["state"] == "applied"
    assert (await products(settings))["Linen apron"] == (4800, 15, 5, True)
    without = TWO.replace(",stock,", ",shelf,")
    assert (await merchant.send(without))["counts"]["unchanged"] == 2, "no column, no stock"


async def test_a_catalogue_that_was_changed_since_is_compared_anew_and_nothing_is_written(
    merchant: Merchant, settings: Settings
) -> None:
    await merchant.take(TWO)
    found = await merchant.send(TWO.replace("Linen apron", "Long apron").replace("4800", "4500"))
    await merchant.take(TWO.replace("6000", "7000"))
    after = await merchant.apply(found["id"])
    assert (after["state"], after["changed"]) == ("ready", True)
    assert "Linen apron" in await products(settings)
    (apron,) = await merchant.lines(found["id"], outcome="update")
    assert {c["field"] for c in apron["changes"]} == {"title", "price", "compare_at"}
    assert (await merchant.apply(found["id"]))["state"] == "applied"
    assert "Long apron" in await products(settings)


async def test_one_that_was_new_and_is_there_by_now_is_compared_anew(merchant: Merchant) -> None:
    first, second = await merchant.send(TWO), await merchant.send(TWO)
    assert (await merchant.apply(first["id"]))["state"] == "applied"
    after = await merchant.apply(second["id"])
    assert (after["state"], after["changed"], after["counts"]["unchanged"]) == ("ready", True, 2)


@pytest.mark.parametrize("format", ["showfloor", "shopify", "merchant", "merchant_xml"])
async def test_what_is_exported_and_imported_again_changes_nothing(merchant: Merchant, format: str) -> None:
    await merchant.take(
        "external_id,sku,title,description,option1_name,option1_value,option2_name,option2_value,price,compare_at_price,stock,images\n"
        'apron,AP,=cmd|Linen apron,"Soft & <strong>\n-1 line, ""quoted""",,,,,4800,6000,12,https://cdn.example/a.jpg https://cdn.example/b.jpg\n'
        ",BW,Bowl – small,,,,,,2000,,3,\n"
        "shirt,,シャツ,麻です。,Size,S,Länge,30 cm,3000,,1,/media/apron.jpg\n"
        "shirt,SH-L,,,Size,L,Länge,30 cm,3000,3500,2,\n"
    )
    exported = await merchant.export(format)
    again = await merchant.send(exported)
    assert again["format"] == format
    lines = await merchant.lines(again["id"], limit=100)
    assert [
        (line["title"], line["changes"], line["problems"]) for line in lines if line["outcome"] != "unchanged"
    ] == []
    assert again["counts"]["unchanged"] >= 5
    if format != "merchant_xml":
        assert b",=cmd" not in exported
        assert b"'=cmd" in exported


async def test_a_file_of_another_channel_is_read_as_new_there_and_then_known(
    merchant: Merchant, server: str, sign_for: SignFor
) -> None:
    await merchant.take(TWO)
    exported = await merchant.export()
    elsewhere = Merchant(server, sign_for("host", channel="elsewhere"))
    found = await elsewhere.take(exported)
    assert found["counts"]["create"] >= 2
    again = await elsewhere.send(exported)
    assert (again["counts"]["create"], again["counts"]["update"]) == (0, 0)


async def test_a_file_that_cannot_be_read_has_failed_with_a_reason_and_a_line(merchant: Merchant) -> None:
    found = await merchant.send(TWO + 'cup,,"Cup,,,1,,1,true\n')
    assert found["state"] == "failed"
    assert (found["problem"]["reason"], found["problem"]["line"]) == ("quote", 5)
    answer = await merchant.client.post(f"/imports/{found['id']}/apply")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_more_lines_and_bytes_than_are_taken_are_refused(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor
) -> None:
    async with live_server(make_settings(import_lines_max=3, import_bytes_max=100_000)) as server:
        merchant = Merchant(server, sign_for("host"))
        assert (await merchant.send(TWO))["state"] == "ready"
        many = await merchant.send(TWO + "cup,,Cup,,,1,,1,true\n")
        assert many["problem"]["reason"] == "too_many_lines"
        answer = await merchant.client.post("/imports", content=b"x" * 100_001)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_the_same_key_is_the_same_import(merchant: Merchant) -> None:
    key = {"Idempotency-Key": "an-import-of-spring"}
    first, again = [await merchant.client.post("/imports", content=TWO, headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["idempotent-replayed"] == "true"
    other = await merchant.client.post("/imports", content=TWO + "\n", headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


async def test_imports_are_the_channel_s_and_for_hosts_and_admins(
    merchant: Merchant, server: str, sign_for: SignFor
) -> None:
    found = await merchant.send(TWO)
    other = Merchant(server, sign_for("admin", channel="elsewhere"))
    for path in (f"/imports/{found['id']}", f"/imports/{found['id']}/lines"):
        assert (await other.client.get(path)).status_code == 404
    assert (await other.client.post(f"/imports/{found['id']}/apply")).status_code == 404
    for role in ("viewer", "moderator", "analyst"):
        client = Merchant(server, sign_for(role)).client
        assert (await client.post("/imports", content=TWO)).status_code == 403
        assert (await client.get("/products/export")).status_code == 403
    listed = (await merchant.client.get("/imports")).json()["imports"]
    assert [one["id"] for one in listed] == [found["id"]]


async def test_who_applies_twice_applies_once(merchant: Merchant, settings: Settings) -> None:
    found = await merchant.send(TWO)
    answers = await asyncio.gather(*(merchant.client.post(f"/imports/{found['id']}/apply") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    assert (await merchant.settled(found["id"]))["state"] == "applied"
    assert (await products(settings))["Linen apron"] == (4800, 12, 0, True)


async def test_an_import_of_a_killed_server_is_applied_whole_by_another(
    settings: Settings, set_stage: None, sign_for: SignFor
) -> None:
    many = HEAD + "".join(f"p{n},S{n},Product {n},,,100,,{n},true\n" for n in range(2_000))
    async with server_processes(settings, 2) as [doomed, other]:
        merchant, elsewhere = (
            Merchant(doomed.address, sign_for("host")),
            Merchant(other.address, sign_for("host")),
        )
        found = await merchant.send(many)
        await merchant.client.post(f"/imports/{found['id']}/apply")
        await doomed.kill()
        after = await elsewhere.settled(found["id"])
        assert after["state"] == "applied"
        made = [title for title in await products(settings) if title.startswith("Product ")]
        assert len(made) == 2_000
        # What became of it stays with it, for whoever was told nothing by the one that is gone.
        assert after["counts"] == {"create": 2_000, "update": 0, "unchanged": 0, "refused": 0}
        (listed, *_) = (await elsewhere.client.get("/imports")).json()["imports"]
        assert (listed["id"], listed["state"], listed["percent"]) == (found["id"], "applied", 100)
        assert all(line["product"] for line in await elsewhere.lines(found["id"], limit=100))


async def test_an_import_says_how_far_it_is(merchant: Merchant) -> None:
    many = HEAD + "".join(f"p{n},S{n},Product {n},,,100,,{n},true\n" for n in range(5_000))
    sent = (await merchant.client.post("/imports", content=many)).json()
    assert (sent["state"], sent["percent"]) == ("waiting", 0)
    seen: set[int] = set()

    async def is_ready() -> bool:
        found = (await merchant.client.get(f"/imports/{sent['id']}")).json()
        if found["state"] == "waiting":
            seen.add(found["percent"])
        return bool(found["state"] == "ready" and found["percent"] == 100)

    await eventually(is_ready, within_seconds=120)
    assert any(0 < percent < 100 for percent in seen), seen
