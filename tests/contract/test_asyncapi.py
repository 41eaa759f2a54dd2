"""The socket's AsyncAPI document says what really travels: recorded journals, and every command's answer, fit its schemas."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import httpx
import jsonschema_rs
import pytest
from msgspec import Struct

from server.posts.rules import CONSENT
from server.protocol.asyncapi import JOURNAL_PUSHES, OTHER_PUSHES, asyncapi, name_of, wire_type
from server.protocol.commands import AnyCommand
from server.protocol.lines import Error
from server.protocol.spoken import COMMANDS, Spoken
from tests.support.servers import SignFor, server, set_stage, sign_for
from tests.support.viewer import Viewer, joined_at

__all__ = ["server", "set_stage", "sign_for"]

TOP = Path(__file__).parents[2]
JOURNALS = Path(__file__).parent / "journals"
DOCUMENT = asyncapi(host="showfloor.test", secure=True)
STAFF_ALONE = {
    "question.submitted",
    "posts.waiting",
    "viewer.banned",
    "viewer.unbanned",
    "sanction.changed",
    "report.changed",
    "arrivals.changed",
    "arrivals.declined",
    "hand_over.declined",
}
_COMMAND_ROW = re.compile(r"^\| ((?:`[\w.]+` ?)+)\| (all|staff|host, admin) \|", re.MULTILINE)

COMMENT_ACTS = [f"comment.{act}" for act in ("react", "approve", "remove", "undo", "to_question", "withdraw")]
QUESTION_ACTS = [
    f"question.{act}"
    for act in (
        "answering",
        "hold",
        "undo",
        "claim",
        "release",
        "begin",
        "dismiss",
        "restore",
        "pin",
        "withdraw",
    )
]

Json = dict[str, Any]


def schema_of(*structs: type[Struct]) -> Json:
    """A schema for any of `structs`, which refuses fields that the document does not name; what an error adds depends on its code."""
    schemas = DOCUMENT["components"]["schemas"]
    strict = [{**schemas[s.__name__], "additionalProperties": s is Error} for s in structs]
    return {"anyOf": strict, "components": DOCUMENT["components"]}


def assert_fits(line: Json, *structs: type[Struct]) -> None:
    fitting = [struct for struct in structs if wire_type(struct) == line["type"]]
    assert fitting, f"{line['type']} is not expected here"
    jsonschema_rs.validate(schema_of(*fitting), line)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_every_command_is_described_and_nothing_else() -> None:
    assert {spoken.command for spoken in COMMANDS} == set(get_args(AnyCommand))


def test_the_page_names_the_same_commands_for_the_same_people() -> None:
    rows = _COMMAND_ROW.findall((TOP / "PROTOCOL.md").read_text())
    page = {name: who for names, who in rows for name in re.findall(r"[\w.]+", names)}
    assert page == {name_of(spoken.command): spoken.who for spoken in COMMANDS}


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        target: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


@pytest.mark.parametrize("journal", ["a_show_for_viewers.json", "a_show_for_staff.json"])
def test_recorded_journals_fit_the_document(journal: str) -> None:
    staff = "staff" in journal
    ours = [push for push in JOURNAL_PUSHES if staff or not push.__name__.startswith("Staff")]
    pushes = json.loads((JOURNALS / journal).read_text())["pushes"]
    for push in pushes:
        assert_fits(push, *ours)
    told = {push["type"] for push in pushes}
    assert {wire_type(push) for push in JOURNAL_PUSHES} - told <= STAFF_ALONE | {"withheld"}


def fields_for(viewer: Viewer, spoken: Spoken) -> Json:
    """What to send so that the command has something to do on the set stage."""
    # The last one told stands: an exchange puts another one in the first one's place.
    held = [line["hold"] for line in viewer.lines if "hold" in line and "expires_at" in line and "id" in line]
    hold = held[-1] if held else ""
    payment = next((line["payment"] for line in viewer.lines if "payment" in line and "id" in line), "")
    question = next((line["question"] for line in viewer.lines if "question" in line and "id" in line), "")
    sanction = next((line["sanction"] for line in viewer.lines if "sanction" in line and "id" in line), "")
    about = {"question": question}
    comment = {
        "comment": next((line["comment"] for line in viewer.lines if "comment" in line and "id" in line), "")
    }
    fields: dict[str, Json] = {
        "join": {"show": "demo", "token": viewer.token},
        "react": {"kind": "heart"},
        "ask": {"text": "Is it washable?"},
        "vote": about,
        "click": {"product": "p_apron"},
        "impression": {"products": ["p_apron"]},
        "buy": {"product": "p_apron", "quantity": 1, "key": "k-0123456789"},
        "hold": {"lines": [{"product": "p_apron", "quantity": 1}], "key": "k-0123456789"},
        "hold.exchange": {
            "hold": hold,
            "lines": [{"product": "p_apron", "quantity": 2}],
            "key": "k-0123456780",
        },
        "hold.release": {"hold": hold},
        "waitlist.join": {"product": "p_bowl", "quantity": 1, "key": "k-0123456789"},
        "waitlist.leave": {"product": "p_bowl"},
        "pay": {"hold": hold, "key": "k-0123456789", "method": "decline"},
        "pay.cancel": {"payment": payment},
        "announce": {"text": "Ten minutes left"},
        "question.approve": about,
        **dict.fromkeys(QUESTION_ACTS, about),
        "question.merge": {**about, "into": question},
        "question.stage": {**about, "host": "m_nobody"},
        "question.unstage": about,
        "arrival.settle": {"show": "s_nowhere"},
        "arrival.decline": {"show": "s_nowhere", "undo": True},
        "question.label": {**about, "labels": ["size"]},
        "question.many": {"acts": [{"act": "hold", **about}, {"act": "merge", "into": question, **about}]},
        "question.answer": {**about, "text": "Yes"},
        "comment": {"text": "Lovely"},
        **dict.fromkeys(COMMENT_ACTS, comment),
        "comments.switch": {"comments": "known"},
        "product.pin": {"product": "p_apron"},
        "product.restock": {"product": "p_apron", "add": 1},
        "viewer.ban": {"viewer": "v_nobody"},
        "viewer.unban": {"viewer": "v_nobody"},
        "report": {"kind": "question", "item": question, "reason": "spam"},
        "report.settle": {"kind": "question", "item": question},
        "viewer.sanction": {"viewer": "v_nobody", "kind": "timeout", "seconds": 60},
        "sanction.lift": {"sanction": sanction},
        "appeal.answer": {"sanction": sanction, "lift": False},
    }
    return fields.get(name_of(spoken.command), {})


async def prepare_survey(server: str, token: str) -> str:
    """A survey that is prepared, by its id."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://{server}", headers=headers) as host:
        made = await host.post("/v1/shows/demo/surveys", json={"kind": "nps", "question": "How likely?"})
        return str(made.json()["id"])


async def prepare_poll(server: str, token: str) -> str:
    """A poll that is prepared, by its id."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://{server}", headers=headers) as host:
        wanted = {"kind": "single", "question": "Which?", "choices": ["A", "B"]}
        made = await host.post("/v1/shows/demo/polls", json=wanted)
        return str(made.json()["id"])


async def prepare_giveaway(server: str, token: str) -> str:
    """A giveaway that is prepared, by its id."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://{server}", headers=headers) as host:
        made = await host.post("/v1/shows/demo/giveaways", json={"prize": "A bowl"})
        return str(made.json()["id"])


async def send_post(server: str, viewer: str, host: str) -> str:
    """A viewer's post that is approved, by its id."""
    async with httpx.AsyncClient(base_url=f"http://{server}/v1") as client:
        said = {"product": "p_apron", "text": "I wear it", "consent": CONSENT}
        sent = await client.post("/shows/demo/posts", json=said, headers=bearing(viewer))
        post = str(sent.json()["id"])
        assert (await client.post(f"/posts/{post}/approve", headers=bearing(host))).is_success
        return post


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def prepare_offer(server: str, token: str) -> str:
    """An offer that is prepared, by its id."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://{server}", headers=headers) as host:
        made = await host.post("/v1/shows/demo/offers", json={"product": "p_bowl", "price": 900})
        return str(made.json()["id"])


async def prepare_auction(server: str, token: str) -> str:
    """An auction that is prepared, by its id."""
    headers = {"Authorization": f"Bearer {token}"}
    steps = [{"from": 0, "step": 10}]
    async with httpx.AsyncClient(base_url=f"http://{server}", headers=headers) as host:
        wanted = {"product": "p_apron", "start": 100, "steps": steps, "seconds": 60}
        made = await host.post("/v1/shows/demo/auctions", json=wanted)
        return str(made.json()["id"])


async def test_what_is_answered_and_pushed_fits_the_document(server: str, sign_for: SignFor) -> None:
    answered = set()
    surveys = [await prepare_survey(server, sign_for("host")) for _ in range(2)]
    async with joined_at(server, token=sign_for("host")) as host:
        host.token = sign_for("host")
        await host.do("survey.open", survey=surveys[0])
        offer = await prepare_offer(server, sign_for("host"))
        await host.do("offer.open", offer=offer)
        poll = await prepare_poll(server, sign_for("host"))
        await host.do("poll.open", poll=poll)
        giveaway = await prepare_giveaway(server, sign_for("host"))
        await host.do("giveaway.open", giveaway=giveaway)
        post = await send_post(server, sign_for("viewer"), sign_for("host"))
        auction = await prepare_auction(server, sign_for("host"))
        for spoken in COMMANDS:
            name = name_of(spoken.command)
            survey = {"survey": surveys[name in ("survey.open", "survey.close")]} | {"score": 9}
            moved = {"auction": auction, "reason": "It broke"}
            polled = {"poll": poll, "choices": [0]}
            about: dict[str, Json] = {
                "survey": survey,
                "poll": polled,
                "giveaway": {"giveaway": giveaway},
                "post": {"post": post},
                "offer": {"offer": offer},
                "auction": moved,
            }
            fields = about.get(name.partition(".")[0]) or fields_for(host, spoken)
            reply = await host.ask_for(name, **fields)
            assert_fits(reply, *spoken.replies, Error)
            answered.add((name, reply["type"]))
        assert {name for name, type in answered if type == "error"} == {
            "question.approve",
            "question.merge",
            "question.stage",
            "giveaway.claim",
            "giveaway.cancel",
            "comment.approve",
            "bid",
            "appeal.answer",
            "report",
        }
        assert_fits(await host.ask_for("dance"), Error)
        await host.expect_push("show.ended")
        for line in host.lines:
            if "id" not in line:
                assert_fits(line, *JOURNAL_PUSHES, *OTHER_PUSHES, Error)


async def test_a_running_server_shows_its_own_address(server: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}") as caller:
        document = (await caller.get("/asyncapi.json")).json()
    assert document["servers"]["here"] == {"host": server, "protocol": "ws"}
    assert document["channels"] == DOCUMENT["channels"]
