"""The HTTP API under requests made from its own description, right and wrong ones: never a fault, and no answer but those described."""

import asyncio
import os
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.protocol.codes import Code
from tests.conftest import MakeSettings
from tests.support.generated import a_few
from tests.support.live_server import live_server
from tests.support.servers import SignFor, set_stage, sign_for

__all__ = ["set_stage", "sign_for"]

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "5"))
"""For each operation, by a host and by nobody, of right and of wrong requests; `make fuzz` makes ten times as many."""
STREAM = "/v1/live/{show}/events"
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
BRIEFLY = a_few(EXAMPLES)


PARTS = 8
"""In so many tests: a test may take three minutes, and a machine that runs others beside it is slow."""


def fuzz(address: str, token: str, part: int) -> int:
    """Call every operation of a part but the stream, which does not end; return how many operations that were."""
    schema = schemathesis.openapi.from_url(f"http://{address}/openapi.json").exclude(path=STREAM)
    found: list[Any] = list(schema.get_all_operations())
    operations = [each.ok() for each in found[part::PARTS]]
    for operation in operations:
        for mode in GenerationMode:
            # Where nothing is sent, nothing can be wrong.
            with suppress(Unsatisfiable):
                call_often(operation, mode, token)
    return len(operations)


def call_often(operation: Any, mode: GenerationMode, token: str) -> None:
    @BRIEFLY
    @given(operation.as_strategy(generation_mode=mode), st.booleans(), st.booleans())
    def call(case: Any, known_show: bool, signed: bool) -> None:
        if known_show and "show" in case.path_parameters:
            case.path_parameters["show"] = "demo"
        headers = {"Authorization": f"Bearer {token}"} if signed else {}
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=10)

    call()


@pytest.mark.usefixtures("set_stage")
@pytest.mark.parametrize("part", range(PARTS))
async def test_no_request_is_a_fault_and_every_answer_is_described(
    make_settings: MakeSettings, sign_for: SignFor, part: int
) -> None:
    async with live_server(make_settings(limits="off")) as address:
        assert await asyncio.to_thread(fuzz, address, sign_for("host"), part) > 15


async def first_line(address: str, show: str, query: str, headers: dict[bytes, bytes]) -> tuple[int, str]:
    async with (
        httpx.AsyncClient(base_url=f"http://{address}", timeout=10.0) as caller,
        caller.stream("GET", f"/v1/live/{quote(show, safe='')}/events{query}", headers=headers) as answer,
    ):
        async for line in answer.aiter_lines():
            return answer.status_code, line
    return answer.status_code, ""


header_values = st.binary(max_size=60).map(lambda raw: bytes(b for b in raw if b >= 32 and b != 127).strip())
positions = st.builds(
    lambda epoch, offset: f"{epoch}:{offset}".encode(), st.just("epoch-1"), st.integers(-5, 2**70)
)


@pytest.mark.usefixtures("set_stage")
async def test_no_stream_is_a_fault(make_settings: MakeSettings) -> None:
    async with live_server(make_settings(limits="off")) as address:
        loop = asyncio.get_running_loop()

        @BRIEFLY
        @given(
            st.sampled_from(["demo", "nothing"]) | st.text(min_size=1, max_size=50),
            st.sampled_from(
                ["", "?playing=true", "?playing=x", "?name=%00", "?name=" + "n" * 41, "?name=%F0%9F%8E%89"]
            ),
            st.one_of(header_values, positions),
            st.none() | header_values,
        )
        def open_stream(show: str, query: str, position: bytes, token: bytes | None) -> None:
            headers = {b"Last-Event-ID": position}
            if token is not None:
                headers[b"Authorization"] = b"Bearer " + token
            opening = first_line(address, show, query, headers)
            status, line = asyncio.run_coroutine_threadsafe(opening, loop).result(15)
            assert status in {200, 401, 403, 404, 422}, (status, line)
            assert Code.INTERNAL.value not in line

        await asyncio.to_thread(open_stream)
