"""Surveys that two hosts write are changed by the version that was read, in a show and for every show's end."""

import httpx

SURVEY = {"kind": "nps", "question": "How likely?", "why": True}


async def test_a_survey_that_a_colleague_changed_meanwhile_is_refused_with_what_it_is_now(
    admin: httpx.AsyncClient,
) -> None:
    made = (await admin.post("/v1/shows/demo/surveys", json=SURVEY)).json()
    place, read = f"/v1/surveys/{made['id']}", f'"{made["version"]}"'
    first = await admin.put(place, json=SURVEY | {"question": "Would you?"}, headers={"If-Match": read})
    assert (first.status_code, first.headers["etag"]) == (200, f'"{first.json()["version"]}"')
    second = await admin.put(place, json=SURVEY | {"question": "Will you?"}, headers={"If-Match": read})
    assert (second.status_code, second.json()["current"]["question"]) == (412, "Would you?")
    again = await admin.put(
        place, json=SURVEY | {"question": "Will you?"}, headers={"If-Match": first.headers["etag"]}
    )
    assert again.status_code == 200
    (listed,) = (await admin.get("/v1/shows/demo/surveys")).json()["surveys"]
    assert (listed["question"], f'"{listed["version"]}"') == ("Will you?", again.headers["etag"])


async def test_so_is_what_every_show_asks_at_its_end(admin: httpx.AsyncClient) -> None:
    place = "/v1/channel/survey"
    nothing = (await admin.get(place)).headers["etag"]
    first = await admin.put(place, json=SURVEY, headers={"If-Match": nothing})
    assert first.headers["etag"] == (await admin.get(place)).headers["etag"] != nothing
    second = await admin.put(place, json=SURVEY | {"question": "Really?"}, headers={"If-Match": nothing})
    assert (second.status_code, second.json()["current"]["asked"]["question"]) == (412, "How likely?")
    assert (await admin.delete(place, headers={"If-Match": nothing})).status_code == 412
    assert (await admin.delete(place, headers={"If-Match": first.headers["etag"]})).status_code == 204
    assert (await admin.get(place)).headers["etag"] == nothing
