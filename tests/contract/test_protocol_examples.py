"""The examples of PROTOCOL.md are true: they are played against a real server, in the order of the page, on one socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from server.auctions.repository import update_auctions
from server.auctions.rules import Step, Terms
from server.auctions.rules import opened as started
from server.giveaways import rules as giving
from server.giveaways.repository import update_giveaway
from server.ids import new_id
from server.offers.repository import update_offer
from server.offers.rules import opened
from server.offers.service import Wanted
from server.polls import rules as polled
from server.polls.repository import update_poll
from server.settings import Settings
from server.surveys.repository import insert_survey
from server.surveys.rules import Survey, wording_of
from tests.support.examples import Example, fill, kinds, matches, read_examples, strings_of
from tests.support.live_server import live_server
from tests.support.stage import CHANNEL, HOST, NOON, SHOW, open_stage

PAGE = Path(__file__).parents[2] / "PROTOCOL.md"
PATIENCE_SECONDS = 10.0


class Reader:
    """A viewer who follows the page: sends what it says, and looks for each answer among all that has come."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._unread: list[dict[str, Any]] = []
        self._known: dict[str, str] = {}

    async def follow(self, example: Example) -> None:
        """Send the example, or wait for what it shows."""
        if example.sent:
            await self._socket.send(json.dumps(fill(example.pattern, self._known)))
        elif example.pattern["type"] == "pulse":
            await self._expect_pulses(example)
        else:
            await self._expect(example)

    async def _expect(self, example: Example) -> None:
        async with self._patience(example):
            while True:
                for line in self._unread:
                    if matches(example.pattern, line):
                        self._unread.remove(line)
                        return
                await self._receive()

    async def _expect_pulses(self, example: Example) -> None:
        missing = kinds(example.pattern)
        async with self._patience(example):
            while True:
                for line in [line for line in self._unread if line["type"] == "pulse"]:
                    self._unread.remove(line)
                    missing = dict(missing.items() - kinds(line).items())
                if not missing:
                    return
                await self._receive()

    async def _receive(self) -> None:
        for text in str(await self._socket.recv()).split("\n"):
            line = json.loads(text)
            self._unread.append(line)
            self._known.update(strings_of(line))
            for offer in line.get("snapshot", {}).get("offers", []):
                self._known["offer"] = offer["id"]
            if "giveaway" in line.get("snapshot", {}):
                self._known["giveaway"] = line["snapshot"]["giveaway"]["id"]
            if "poll" in line.get("snapshot", {}):
                self._known["poll"] = line["snapshot"]["poll"]["id"]
            for auction in line.get("snapshot", {}).get("auctions", []):
                self._known["auction"] = auction["id"]
            for product in line.get("snapshot", {}).get("products", []):
                self._known["product"] = product["id"]

    def _patience(self, example: Example) -> "Patience":
        return Patience(example, self._unread)


class Patience:
    """Waits for so long; then fails with the page's line and what came instead."""

    def __init__(self, example: Example, unread: list[dict[str, Any]]) -> None:
        self._example, self._unread = example, unread
        self._timeout = asyncio.timeout(PATIENCE_SECONDS)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, *raised: Any) -> None:
        try:
            await self._timeout.__aexit__(*raised)
        except TimeoutError:
            came = "\n".join(json.dumps(line, ensure_ascii=False) for line in self._unread)
            pytest.fail(f"PROTOCOL.md:{self._example.line}: {self._example.text}\ndid not come, but:\n{came}")


@asynccontextmanager
async def a_set_stage(database_url: str) -> AsyncIterator[None]:
    """The stage, with a survey, a poll, a giveaway, an offer and an auction that the show's host has opened."""
    async with open_stage(database_url) as stage:
        asked = wording_of("nps", "How likely are you to recommend us?", why=True)
        survey = Survey(new_id("sv"), CHANNEL, SHOW, asked, False, "open", 1, NOON, opened_at=NOON)
        async with stage.database.write() as connection:
            await insert_survey(connection, survey)
        which = polled.wording_of("single", "Which colour next?", ("Blue", "Red"), changeable=True)
        poll = await stage.polls.prepare(SHOW, CHANNEL, HOST, which)
        async with stage.database.write() as connection:
            await update_poll(connection, polled.opened(poll, NOON))
        bowl = await stage.giveaways.prepare(SHOW, CHANNEL, HOST, giving.terms_of("A bowl"))
        async with stage.database.write() as connection:
            await update_giveaway(connection, giving.opened(bowl, NOON))
        wanted = Wanted("p_bowl", 2000, per_viewer_max=1)
        offer = await stage.offers.prepare(SHOW, CHANNEL, HOST, wanted)
        async with stage.database.write() as connection:
            await update_offer(connection, opened(offer, NOON))
        terms = Terms("p_apron", 1, 1_000, (Step(0, 100),), 86_400)
        auction = await stage.auctions.prepare(SHOW, CHANNEL, HOST, terms)
        async with stage.database.write() as connection:
            await update_auctions(connection, [started(auction, datetime.now(UTC), "h_1")])
        yield


@pytest.fixture
async def reader(settings: Settings) -> AsyncIterator[Reader]:
    assert settings.database_url
    async with (
        a_set_stage(settings.database_url),
        live_server(settings) as address,
        connect(f"ws://{address}/v1/live") as socket,
    ):
        yield Reader(socket)


async def test_every_example_is_what_the_server_does(reader: Reader) -> None:
    examples = read_examples(PAGE)
    assert {example.sent for example in examples} == {True, False}
    for example in examples:
        await reader.follow(example)


def test_a_wildcard_in_a_string_stands_for_characters() -> None:
    assert matches("q_…", "q_01abc")
    assert not matches("q_…", "o_01abc")


def test_an_object_without_a_wildcard_has_no_other_fields() -> None:
    assert not matches({"a": 1}, {"a": 1, "b": 2})
    assert matches({"a": 1, "…": "…"}, {"a": 1, "b": 2})
