"""Vouchers over HTTP: in versions, with a code of one's own, by scope, and their uses as CSV."""

from typing import Any

import httpx

from server.ids import new_id
from tests.support.servers import SignFor

PATH = "/v1/channel/vouchers"
SPRING = {"code": "Spring 10", "kind": "percent", "percent": 10, "uses_max": 5}


async def test_a_voucher_is_made_changed_by_whoever_saw_it_and_deleted(
    admin: httpx.AsyncClient, sign_for: SignFor
) -> None:
    once = {"Idempotency-Key": new_id("k")}
    made = await admin.post(PATH, json=SPRING, headers=once)
    assert (made.status_code, made.json()["code"], made.json()["uses_taken"]) == (201, "Spring 10", 0)
    assert (await admin.post(PATH, json=SPRING, headers=once)).json() == made.json()
    taken = await admin.post(PATH, json=SPRING | {"code": "SPRING10"})
    assert (taken.status_code, taken.json()["code"]) == (409, "taken")
    for wrong in (
        SPRING | {"percent": None},
        SPRING | {"code": "ab", "kind": "percent"},
        SPRING | {"code": "other", "products": ["p_other"]},
        SPRING | {"code": "other", "minimum": 5},
    ):
        assert await code_of(admin.post(PATH, json=wrong)) == "invalid", wrong
    one, seen = made.headers["location"], made.headers["etag"]
    wanted = SPRING | {"products": ["p_apron"], "ends_at": "2099-01-01T00:00:00Z"}
    changed = await admin.put(one, json=wanted, headers={"If-Match": seen})
    assert (changed.status_code, changed.json()["products"]) == (200, ["p_apron"])
    late = await admin.put(one, json=SPRING, headers={"If-Match": seen})
    assert (late.status_code, late.json()["current"]["products"]) == (412, ["p_apron"])
    assert [each["id"] for each in (await admin.get(PATH)).json()["vouchers"]] == [made.json()["id"]]
    stranger = {"Authorization": f"Bearer {sign_for('admin', 'elsewhere')}"}
    assert await code_of(admin.get(one, headers=stranger)) == "not_found"
    moderator = {"Authorization": f"Bearer {sign_for('moderator')}"}
    assert await code_of(admin.get(PATH, headers=moderator)) == "forbidden"
    uses = await admin.get(f"{one}/uses/csv")
    assert (uses.headers["content-type"].split(";")[0], len(uses.text.splitlines())) == ("text/csv", 1)
    assert (await admin.delete(one, headers={"If-Match": changed.headers["etag"]})).status_code == 204
    assert await code_of(admin.get(one)) == "not_found"


async def code_of(asked: Any) -> str:
    return str((await asked).json()["code"])
