"""Pictures over HTTP: sent by the channel's side, judged by their bytes, kept once, shown to everybody for good."""

import asyncio
import io

import httpx
import pytest
from PIL import Image

from tests.conftest import MakeSettings
from tests.support import drawn
from tests.support.bucket import open_bucket
from tests.support.live_server import live_server
from tests.support.servers import SignFor


async def send(server: str, token: str, content: bytes, kind: str = "image/jpeg") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=60) as client:
        return await client.post("/v1/pictures", content=content, headers=headers)


async def get(server: str, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=20) as client:
        return await client.get(path, headers=headers)


async def test_a_picture_is_sent_once_and_seen_on_every_process(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    content, host = drawn.lying_picture(), sign_for("host")
    # What the sender calls it is not looked at.
    first = await send(servers[0], host, content, "text/html")
    assert first.status_code == 201, first.text
    again = await send(servers[1], sign_for("admin"), content)
    assert (again.status_code, again.json()) == (200, first.json())
    picture = first.json()
    assert (picture["width"], picture["height"], picture["bytes"]) == (600, 900, len(content))
    for server in servers:
        for width, address in picture["addresses"].items():
            shown = await get(server, address)
            assert shown.headers["content-type"] == "image/webp"
            assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert shown.headers["x-content-type-options"] == "nosniff"
            assert Image.open(io.BytesIO(shown.content)).width == min(int(width), 600)
    card = await get(servers[1], picture["card"])
    assert card.headers["content-type"] == "image/jpeg"
    assert picture["address"] == picture["addresses"]["640"]


async def test_an_address_is_kept_for_good_and_others_are_not_found(server: str, sign_for: SignFor) -> None:
    address = (await send(server, sign_for("host"), drawn.picture())).json()["address"]
    tag = (await get(server, address)).headers["etag"]
    same = await get(server, address, **{"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    for wrong in (
        "/pictures/none",
        "/pictures/..%2f..%2fsecret",
        address.replace("640", "641"),
        f"/pictures/{'0' * 40}-640.webp",
    ):
        assert (await get(server, wrong)).status_code == 404


async def test_only_hosts_and_admins_send_and_list_and_only_their_own(server: str, sign_for: SignFor) -> None:
    made = (await send(server, sign_for("host"), drawn.picture())).json()
    for role in ("viewer", "moderator", "analyst"):
        assert (await send(server, sign_for(role), drawn.picture())).status_code == 403
    assert (await send(server, "nonsense", drawn.picture())).status_code == 401
    mine = {"Authorization": f"Bearer {sign_for('admin')}"}
    other = {"Authorization": f"Bearer {sign_for('host', channel='elsewhere')}"}
    assert (await get(server, "/v1/pictures", **mine)).json() == {"pictures": [made], "next": None}
    assert (await get(server, f"/v1/pictures/{made['id']}", **mine)).json() == made
    assert (await get(server, "/v1/pictures", **other)).json() == {"pictures": [], "next": None}
    assert (await get(server, f"/v1/pictures/{made['id']}", **other)).status_code == 404


async def test_the_list_comes_in_pages_the_newest_first(server: str, sign_for: SignFor) -> None:
    host = sign_for("host")
    made = [(await send(server, host, drawn.picture(size=(10 + n, 10)))).json()["id"] for n in range(5)]
    found: list[str] = []
    cursor = ""
    while True:
        page = (await get(server, f"/v1/pictures?limit=2{cursor}", Authorization=f"Bearer {host}")).json()
        found += [one["id"] for one in page["pictures"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == made[::-1]


@pytest.mark.parametrize("name", drawn.NO_PICTURES)
async def test_what_is_no_picture_is_refused_with_a_code(server: str, sign_for: SignFor, name: str) -> None:
    answer = await send(server, sign_for("host"), drawn.NO_PICTURES[name], "image/png")
    assert (answer.status_code, answer.json()["code"]) == (422, "picture_unreadable")


async def test_what_is_too_large_is_refused_with_what_is_taken(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor
) -> None:
    async with live_server(make_settings(picture_bytes_max=200_000)) as server:
        host = sign_for("host")
        wide = await send(server, host, drawn.bomb(20_000, 10))
        assert (wide.status_code, wide.json()["code"]) == (413, "picture_too_large")
        assert wide.json()["side_max"] == 16_384
        exactly = await send(server, host, drawn.picture() + bytes(200_000 - len(drawn.picture())))
        assert exactly.status_code == 201
        heavy = await send(server, host, drawn.picture() + bytes(200_001 - len(drawn.picture())))
        assert (heavy.status_code, heavy.json()["code"]) == (413, "too_large")
        other = await httpx.AsyncClient(timeout=20).post(f"http://{server}/v1/orders", content=bytes(100_000))
        assert other.status_code == 413, "files alone may be long"


async def test_others_are_answered_while_pictures_are_rendered(server: str, sign_for: SignFor) -> None:
    large = [drawn.picture("PNG", (2000 + n, 1500)) for n in range(3)]
    sending = [asyncio.create_task(send(server, sign_for("host"), content)) for content in large]
    answered = 0
    while not all(one.done() for one in sending):
        assert (await get(server, "/healthz")).status_code == 200
        answered += 1
    assert [(await one).status_code for one in sending] == [201] * 3
    assert answered > 3


async def test_so_many_wait_and_the_next_is_told_to_come_again(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor
) -> None:
    async with live_server(make_settings(pictures_at_once=1)) as server:
        contents = [drawn.picture("PNG", (1500 + n, 1000)) for n in range(20)]
        answers = await asyncio.gather(*(send(server, sign_for("host"), content) for content in contents))
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) == {201, 503}
        refused = answers[statuses.index(503)]
        assert refused.json()["code"] == "busy"
        assert "retry-after" in refused.headers


async def test_a_bucket_keeps_them_for_all_processes(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bucket() as bucket:
        for name, value in bucket.environment.items():
            monkeypatch.setenv(name, value)
        settings = make_settings(pictures_url="s3://shop-pictures/live")
        async with live_server(settings) as one, live_server(settings) as two:
            sent = await send(one, sign_for("host"), drawn.picture())
            assert sent.status_code == 201, sent.text
            address = sent.json()["address"]
            name = address.rpartition("/")[2]
            assert f"/shop-pictures/live/{name}" in bucket.objects
            answers = await asyncio.gather(*(get(two, address) for _ in range(10)))
            assert {answer.content for answer in answers} == {bucket.objects[f"/shop-pictures/live/{name}"]}
            assert bucket.reads == 1, "what many ask for is fetched once"
            assert (await get(two, f"/pictures/{'0' * 40}-640.webp")).status_code == 404
    assert not (settings.data / "pictures").exists()


async def test_a_bucket_that_is_away_is_unavailable_and_keeps_nothing(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bucket() as bucket:
        for name, value in bucket.environment.items():
            monkeypatch.setenv(name, value)
    async with live_server(make_settings(pictures_url="s3://shop-pictures/live")) as server:
        sent = await send(server, sign_for("host"), drawn.picture())
        assert (sent.status_code, sent.json()["code"]) == (503, "unavailable")
        listed = await get(server, "/v1/pictures", Authorization=f"Bearer {sign_for('host')}")
        assert listed.json()["pictures"] == []
