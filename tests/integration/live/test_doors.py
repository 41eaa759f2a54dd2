"""Whoever may not enter a show may not enter it by any door: socket, event stream, command, order or read.

The doors are found in the API's description and in the table of commands: a new one of either is tried by itself. What needs a body
of its own must be named here, and a route that nobody names fails the test.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, cast, get_args

import httpx
import pytest

from server.access.roles import ROLES, STAFF, Role
from server.access.tokens import Identity, Tokens
from server.clock import SystemClock
from server.posts.rules import CONSENT
from server.protocol.commands import AnyCommand
from tests.conftest import MakeSettings
from tests.support.live_server import live_server
from tests.support.stage import CHANNEL, ELSEWHERE, NOON, open_stage
from tests.support.viewer import viewer_at

OPEN, KNOWN_ONLY, DRAFT, REHEARSAL = "demo", "known_only", "draft", "rehearsal"
"""A show for everybody, one that refuses guests, and two that only the channel's staff may know of."""
SHOWS = [OPEN, KNOWN_ONLY, DRAFT, REHEARSAL]
HIDDEN = {DRAFT, REHEARSAL}
FOR_EVERYBODY = {("GET", "/v1/shows/{show}"), ("GET", "/v1/shows/{show}/calendar.ics")}
"""What is shown to those too who may not enter, if they may know of the show: the link's card and the page need it to say why."""
OF_THE_BANNED = {
    ("GET", "/v1/shows/{show}/sanctions/own"),
    ("POST", "/v1/shows/{show}/sanctions/{sanction}/appeal"),
}
"""What whoever may not enter any more is told of it, and says against it: viewers of the channel, whatever the show."""
PLANNING = ({"key": ["shows:write"]}, {"key": ["stats:write"]})
"""What the API's description says of routes that ask for a role of the channel first: they have a test of their own."""
AUCTION = {"product": "p_bowl", "start": 1, "steps": [{"from": 0, "step": 1}], "seconds": 60}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/v1/orders"): {"product": "p_bowl", "quantity": 1},
    ("POST", "/v1/live/{show}/commands"): {"type": "ping"},
    ("POST", "/v1/shows/{show}/me/separate"): {},
    ("POST", "/v1/shows/{show}/cart"): {"product": "p_bowl"},
    ("POST", "/v1/shows/{show}/questions/similar"): {"text": "Is it washable?"},
    ("POST", "/v1/shows/{show}/faq/{line}/helped"): {},
    ("POST", "/v1/shows/{show}/faq/similar"): {"text": "Is it washable?"},
    ("POST", "/v1/shows/{show}/holds"): {"lines": [{"product": "p_bowl", "quantity": 1}]},
    ("DELETE", "/v1/shows/{show}/holds/{hold}"): {},
    ("PUT", "/v1/shows/{show}/holds/{hold}/checkout"): {},
    ("POST", "/v1/shows/{show}/holds/{hold}/exchange"): {"lines": [{"product": "p_bowl", "quantity": 2}]},
    ("POST", "/v1/shows/{show}/waitlist"): {"product": "p_bowl"},
    ("DELETE", "/v1/shows/{show}/waitlist/{product}"): {},
    ("POST", "/v1/shows/{show}/auctions/{auction}/bids"): {"max": 1},
    ("PUT", "/v1/shows/{show}/reviews/{product}"): {"stars": 5},
    ("DELETE", "/v1/shows/{show}/reviews/{product}"): {},
    ("POST", "/v1/shows/{show}/posts"): {"product": "p_bowl", "text": "It fits", "consent": CONSENT},
    ("POST", "/v1/shows/{show}/mail"): {"address": "a@b.example", "language": "en", "wording": 1},
    ("POST", "/v1/shows/{show}/mail/stop"): {},
}
"""What must be sent beside the show's id where something is to be sent."""
NOBODYS = {
    ("GET", "/v1/shows/{show}/holds/{hold}"),
    ("DELETE", "/v1/shows/{show}/holds/{hold}"),
    ("GET", "/v1/shows/{show}/holds/{hold}/checkout"),
    ("POST", "/v1/shows/{show}/holds/{hold}/exchange"),
    ("PUT", "/v1/shows/{show}/holds/{hold}/checkout"),
    ("DELETE", "/v1/shows/{show}/waitlist/{product}"),
    ("POST", "/v1/shows/{show}/auctions/{auction}/bids"),
    ("POST", "/v1/shows/{show}/faq/{line}/helped"),
    ("GET", "/v1/shows/{show}/giveaways/{giveaway}/proof"),
}
"""About a thing that is nobody's here: whoever may enter does not find it."""
CHANGES: dict[tuple[str, str], dict[str, Any]] = {
    ("patch", "/v1/shows/{show}"): {"title": "Mine"},
    ("put", "/v1/shows/{show}/line-up"): {"products": []},
    ("put", "/v1/shows/{show}/staff"): {"staff": []},
    ("put", "/v1/shows/{show}/recording"): {"mp4": "/media/show.mp4"},
    ("put", "/v1/shows/{show}/targets"): {"targets": []},
    ("post", "/v1/shows/{show}/actions"): {"text": "Mine"},
    ("post", "/v1/shows/{show}/surveys"): {"kind": "text", "question": "What did you miss?"},
    ("post", "/v1/shows/{show}/polls"): {"kind": "single", "question": "Which?", "choices": ["A", "B"]},
    ("post", "/v1/shows/{show}/giveaways"): {"prize": "A bowl"},
    ("post", "/v1/shows/{show}/offers"): {"product": "p_bowl", "price": 1},
    ("post", "/v1/shows/{show}/auctions"): AUCTION,
    ("put", "/v1/shows/{show}/waitlists/p_bowl"): {"closed": True},
}


@dataclass(frozen=True)
class Person:
    """Somebody at a door; None as role is nobody's token, `guest` a guest's."""

    role: Role | str | None
    channel: str = CHANNEL

    def refusal(self, show: str) -> str | None:
        """Return the code with which every door must refuse this person, None where every door must let them in."""
        if show in HIDDEN:
            return None if self.channel == CHANNEL and self.role in STAFF else "not_found"
        if self.role is not None and self.channel != CHANNEL:
            return "forbidden"
        return "guests_refused" if show == KNOWN_ONLY and self.role in (None, "guest") else None

    def is_right(self, show: str, code: str | None) -> bool:
        """Whether `code`, None for an answer, is what this person may get; a role may be refused behind the door, as in the figures."""
        if self.role is None and code == "unauthenticated":
            return True
        expected = self.refusal(show)
        return code == expected if expected else code not in ("guests_refused", "not_found")


PEOPLE = [
    Person(None),
    *(Person(role, channel) for channel in (CHANNEL, ELSEWHERE) for role in ("guest", *ROLES)),
]

SOME = [person for person in PEOPLE if person.role in ("guest", "viewer", "host")]


@dataclass(frozen=True)
class House:
    """A server, and a token for each person."""

    address: str
    tokens: dict[Person, str]

    def headers(self, person: Person) -> dict[str, str]:
        """Return what says who asks."""
        return {"Authorization": f"Bearer {self.tokens[person]}"} if person in self.tokens else {}

    def client(self) -> httpx.AsyncClient:
        """Return a client of the server."""
        return httpx.AsyncClient(base_url=f"http://{self.address}", timeout=20)


@pytest.fixture
async def house(make_settings: MakeSettings) -> AsyncIterator[House]:
    """Both shows on a server."""
    settings = make_settings(limits="off")
    assert settings.database_url is not None
    tokens = Tokens(settings.signing_secret(), SystemClock())
    made = {person: tokens.sign(identity_of(person, tokens)) for person in PEOPLE if person.role is not None}
    async with open_stage(settings.database_url) as stage:
        await stage.add_show(KNOWN_ONLY, guests_allowed=False)
        for show in HIDDEN:
            await stage.add_show(show, state=show, starts_at=NOON)
    async with live_server(settings) as address:
        yield House(address, made)


def identity_of(person: Person, tokens: Tokens) -> Identity:
    """Return who the person is to the server."""
    if person.role == "guest":
        return tokens.new_guest(person.channel, name=None, remember=False)
    return tokens.new_member(person.channel, cast("Role", person.role), name="Aki")


def doors_of(description: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield method and path of every operation that is about one show, whether its address says so or its body."""
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            body = json.dumps(operation.get("requestBody", {}))
            named = re.findall(r"#/components/schemas/(\w+)", body)
            fields = {
                field for name in named for field in description["components"]["schemas"][name]["properties"]
            }
            # One that may be left out narrows a list of the caller's own channel.
            named_in_path = {each["name"] for each in operation.get("parameters", []) if each.get("required")}
            if "show" in fields | named_in_path and not is_planning(operation):
                yield method.upper(), path


def is_planning(operation: dict[str, Any]) -> bool:
    """Whether a route asks for a role of the channel first."""
    return any(each in operation.get("security", []) for each in PLANNING)


def roles_of(operation: dict[str, Any]) -> set[str]:
    """Return the roles that may call a route."""
    return {role for each in operation["security"] for role in each.get("token", [])}


async def knock(client: httpx.AsyncClient, method: str, path: str, **request: Any) -> str | None:
    """Return the code of the refusal, None for whatever was not refused. A stream is not read."""
    async with client.stream(method, path, **request) as answer:
        if answer.is_success:
            return None
        await answer.aread()
        return str(answer.json()["code"])


@pytest.mark.parametrize("show", SHOWS)
async def test_every_route_about_a_show_asks_the_same_question(house: House, show: str) -> None:
    async with house.client() as client:
        doors = set(doors_of((await client.get("/openapi.json")).json()))
        doors -= OF_THE_BANNED
        doors -= set() if show in HIDDEN else FOR_EVERYBODY
        assert len(doors) >= 8
        assert {door for door in doors if door[0] != "GET"} == set(BODIES), "say here what the new one needs"
        for (method, path), person in product(sorted(doors), PEOPLE):
            place = re.sub("{.*?}", "x_none", path.replace("{show}", show).replace("{product}", "p_bowl"))
            headers = house.headers(person) | {"Idempotency-Key": f"key-{person.role}-{person.channel}"}
            body = BODIES.get((method, path))
            named = body and ({"show": show, **body} if place == path else body)
            code = await knock(client, method, place, json=named, headers=headers)
            if (method, path) in NOBODYS and person.refusal(show) is None and code == "not_found":
                continue
            assert person.is_right(show, code), (method, path, person, code)
            if method == "GET":
                head = await client.head(place, headers=headers)
                assert head.is_success == (code is None), (path, person)


async def test_planning_is_for_the_roles_that_it_names(house: House) -> None:
    async with house.client() as client:
        description = (await client.get("/openapi.json")).json()
        planning = [
            (method, path, roles_of(operation))
            for path, operations in description["paths"].items()
            for method, operation in operations.items()
            if is_planning(operation) and "{show}" in path
        ]
        assert len(planning) >= 14
        for (method, path, roles), person in product(planning, PEOPLE):
            runner = person.role in roles
            if runner and person.channel == CHANNEL:
                continue
            place = path.replace("{show}", DRAFT).replace("{other}", DRAFT)
            code = await knock(
                client, method.upper(), place, headers=house.headers(person), json=CHANGES.get((method, path))
            )
            expected = "not_found" if runner else "unauthenticated" if person.role is None else "forbidden"
            assert code == expected, (method, path, person)
        assert (await client.get(f"/v1/shows/{DRAFT}", headers=house.headers(Person("host")))).json()[
            "title"
        ] != "Mine"


@pytest.mark.parametrize("show", SHOWS)
async def test_every_command_by_http_asks_the_same_question(house: House, show: str) -> None:
    async with house.client() as client:
        for kind, person in product(get_args(AnyCommand), SOME):
            line = json.dumps({"id": 1, "type": kind.__struct_config__.tag})
            code = await knock(
                client, "POST", f"/v1/live/{show}/commands", content=line, headers=house.headers(person)
            )
            assert person.is_right(show, code), (line, person, code)


@pytest.mark.parametrize("show", SHOWS)
async def test_the_socket_asks_the_same_question(house: House, show: str) -> None:
    for person in PEOPLE:
        async with viewer_at(house.address) as viewer:
            token = {"token": house.tokens[person]} if person in house.tokens else {}
            reply = await viewer.ask_for("join", show=show, **token)
            assert reply.get("code") == person.refusal(show), person


@pytest.mark.parametrize(
    "page",
    [
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image", "Accept": "image/avif,image/*"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
    ],
)
async def test_a_foreign_page_counts_nobody_and_changes_nothing(house: House, page: dict[str, str]) -> None:
    async with house.client() as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
        acting = {(m.upper(), path) for path, methods in paths.items() for m in methods if m != "get"}
        assert len(acting) >= 7
        for method, path in {*acting, ("GET", "/v1/live/{show}/events"), ("HEAD", "/v1/live/{show}/events")}:
            place = re.sub("{.*?}", "demo", path)
            answer = await client.request(method, f"{place}?playing=true", headers=page)
            assert answer.status_code == 403, (method, path)
        answer = await client.get("/v1/shows/demo", headers=page)
        assert answer.status_code == 200, "what is only read is for everybody"


async def test_lists_and_pages_tell_of_hidden_shows_to_nobody_but_staff(house: House) -> None:
    async with house.client() as client:
        for person in PEOPLE:
            headers = house.headers(person)
            listed = (await client.get(f"/v1/shows?channel={CHANNEL}", headers=headers)).json()["shows"]
            staff = person.refusal(DRAFT) is None
            assert ({show["id"] for show in listed} & HIDDEN == HIDDEN) is staff, person
            asked = await client.get(f"/v1/shows?channel={CHANNEL}&state=draft,rehearsal", headers=headers)
            assert bool(asked.json()["shows"]) is staff, person
        for show in HIDDEN:
            assert (await client.get(f"/shows/{show}")).status_code == 404


async def test_an_allowed_page_is_let_in(make_settings: MakeSettings) -> None:
    settings = make_settings(origins=["https://shop.example"], trust_proxy=True)
    assert settings.database_url is not None
    async with open_stage(settings.database_url):
        pass
    async with live_server(settings) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        told = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https", "Sec-Fetch-Site": "cross-site"}
        for origin, code in [
            ("https://shop.example", None),
            (f"https://{address}", None),
            (f"http://{address}", "forbidden"),
        ]:
            headers = told | {"Origin": origin}
            assert await knock(client, "GET", "/v1/live/demo/events", headers=headers) == code
