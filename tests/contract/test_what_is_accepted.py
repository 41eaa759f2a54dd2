"""Whatever a command or request brought in and was accepted can be listed, joined and exported, by every reader there is.

Commands are made from their types and readers are found in the API's description: a new one of either is covered by itself.
"""

import asyncio
import json
from typing import Any, get_args

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.feeds.rules import Format
from server.protocol.commands import AnyCommand, Join
from server.transcript.kinds import KINDS
from tests.conftest import MakeSettings
from tests.support.generated import a_few
from tests.support.live_server import live_server
from tests.support.servers import SignFor, set_stage, sign_for
from tests.support.viewer import joined_at

__all__ = ["set_stage", "sign_for"]

EXAMPLES = 20
KNOWN = {"product": ["p_apron", "p_bowl"], "show": ["demo"]}
ODD = [
    "\u0001",
    "\u202e",
    "\u2028",
    "\ufeff",
    "\U000e0001",
    "é",
    "e\u0301",
    "🩷",
    "=1+1",
    '"',
    "\\",
    "</script>",
    "%00",
    "a" * 60,
]
words = st.lists(st.sampled_from(ODD) | st.text(max_size=20), min_size=1, max_size=6).map("".join)
BRIEFLY = a_few(EXAMPLES)
PARTS = 5
"""In so many tests: a test may take three minutes, and a machine that runs others beside it is slow."""
TAKEN = {"ask", "announce", "buy", "product.restock", "question.answer", "share"}
"""Of these types something is always accepted."""


def values(of: Any) -> st.SearchStrategy[Any]:
    """Values of a msgspec type, mostly such as it takes."""
    match of:
        case msgspec.inspect.StrType(pattern=str()):
            return st.from_regex(r"\A[a-z0-9_]{8,32}\Z")
        case msgspec.inspect.StrType():
            return words
        case msgspec.inspect.IntType(ge=low, le=high):
            return st.sampled_from([low or 0, high or 0, 1, 5])
        case msgspec.inspect.BoolType():
            return st.booleans()
        case msgspec.inspect.LiteralType(values=allowed):
            return st.sampled_from(allowed)
        case msgspec.inspect.UnionType(types=types):
            return st.one_of(*map(values, types))
        case msgspec.inspect.ListType(item_type=inside):
            return st.lists(values(inside), min_size=1, max_size=5)
        case msgspec.inspect.StructType(fields=inside):
            return st.fixed_dictionaries({each.encode_name: values(each.type) for each in inside})
    return st.none()


def commands_of(kind: Any, questions: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Commands of one type, about things that there are."""
    known = KNOWN | {"question": questions}
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    fields = {
        each.encode_name: st.sampled_from(known[each.encode_name])
        if each.encode_name in known
        else values(each.type)
        for each in info.fields
        if each.encode_name != "id"
    }
    return st.fixed_dictionaries(fields).map(lambda made: {"id": 1, "type": info.tag, **made})


def tag_of(kind: Any) -> str:
    return str(kind.__struct_config__.tag)


def kinds_of(part: int) -> list[Any]:
    """Return the types of commands of one part, the one that ends the show last."""
    kinds = [kind for kind in get_args(AnyCommand) if kind is not Join]
    return sorted(kinds[part::PARTS], key=lambda kind: tag_of(kind) == "show.end")


def send_everything(address: str, token: str, question: str, part: int) -> set[str]:
    """Send many commands of every type of a part, and many shows, and return which types were accepted at least once."""
    accepted: set[str] = set()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://{address}/v1", headers=headers, timeout=20) as host:
        for kind in kinds_of(part):

            @BRIEFLY
            @given(commands_of(kind, [question]))
            def send(command: dict[str, Any]) -> None:
                answer = host.post("/live/demo/commands", content=json.dumps(command))
                assert answer.status_code < 500, (command, answer.text)
                if answer.is_success:
                    accepted.add(str(command["type"]))

            send()

        @BRIEFLY
        @given(words, words, st.datetimes(timezones=st.timezones()), words)
        def make(title: str, name: str, at: Any, path: str) -> None:
            plan = {"title": title, "host": name, "starts_at": at.isoformat(), "video": {"hls": "/" + path}}
            assert host.post("/shows", json=plan).status_code < 500

        make()
    return accepted


NOTHING_YET = {
    "/v1/shows/{show}/calendar.ics": "not_found",
    "/v1/oidc": "not_found",
    "/v1/channel/screening/secret": "not_found",
    "/v1/shows/{show}/recording": "not_found",
    "/v1/shows/{show}/replay": "no_replay",
    "/v1/shows/{show}/replay/comments": "no_replay",
}
"""What is answered where nobody has set a time, a provider, a reviewer, or a recording of an ended show."""
QUERIES = {
    "/v1/shows/compare": ("?a=demo&b=demo",),
    "/v1/shows/{show}/export.csv": ("", "?of=orders", "?of=questions", "?of=surveys", "?of=series"),
    "/v1/shows/{show}/offers/proof": ("?format=csv", "?format=jsonl"),
    "/v1/shows/{show}/auctions/proof": ("?format=csv", "?format=jsonl"),
    "/v1/shows/{show}/transcript": tuple(
        f"?of={kind}&format={form}" for kind in KINDS for form in ("csv", "jsonl")
    ),
    "/v1/mail/template": ("?language=en", "?language=ja"),
    "/v1/products/export": tuple(f"?format={each}" for each in get_args(Format)),
}
"""All the ways in which a path is asked for, where there are several."""
NO_READS = {"/v1/sessions", "/v1/viewers/me/data"}
"""What only somebody with an account has, and what only viewers have."""


async def read_everything(address: str, token: str) -> int:
    """Ask every reader for everything, and return how many answers that were."""
    headers = {"Authorization": f"Bearer {token}"}
    answers = 0
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=headers, timeout=20) as host:
        paths = (await host.get("/openapi.json")).json()["paths"]
        listed = (await host.get("/v1/shows?channel=demo&limit=100")).json()["shows"]
        for path, operations in paths.items():
            if (
                "get" not in operations
                or path.endswith("/events")
                or path in NO_READS
                or path.count("{") != path.count("{show}")
            ):
                continue
            for show in ["demo", listed[0]["id"]] if "{show}" in path else ["demo"]:
                for query in QUERIES.get(path, ("?channel=demo",)):
                    answer = await host.get(path.replace("{show}", show) + query)
                    refused = answer.json().get("code") if answer.is_client_error else None
                    if refused is None or refused != NOTHING_YET.get(path):
                        assert answer.status_code == 200, (path, answer.text)
                    answers += 1
    for who in (None, token):
        async with joined_at(address, token=who) as viewer:
            assert viewer.id
    return answers


@pytest.mark.usefixtures("set_stage")
@pytest.mark.parametrize("part", range(PARTS))
async def test_whatever_was_accepted_can_be_read_by_everybody(
    make_settings: MakeSettings, sign_for: SignFor, part: int
) -> None:
    async with live_server(make_settings(limits="off", flush_ms=50)) as address:
        token = sign_for("admin")
        async with joined_at(address, token=token) as host:
            question = (await host.do("ask", text="Washable?"))["question"]
        accepted = await asyncio.to_thread(send_everything, address, token, question, part)
        assert TAKEN & {tag_of(kind) for kind in kinds_of(part)} <= accepted
        assert len(accepted) > 3
        assert await read_everything(address, token) > 15
