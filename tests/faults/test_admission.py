"""Who comes in: over each limit a refusal that says why and when to come again, and none of them with limits off."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.lean_socket import LeanSocket, Line, RefusedUpgradeError
from tests.support.live_server import live_server
from tests.support.viewer import joined_at, viewer_at

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("set_stage")]


async def open_at(address: str) -> LeanSocket:
    lines: list[Line] = []
    return await LeanSocket.open(address, lines.append)


@asynccontextmanager
async def three_sockets(settings: Settings) -> AsyncIterator[tuple[str, list[LeanSocket]]]:
    """A server with three sockets open; its address comes first."""
    async with live_server(settings) as address:
        sockets = [await open_at(address) for _ in range(3)]
        yield address, sockets
        for socket in sockets:
            socket.drop()


@pytest.mark.parametrize("limit", ["connections_max", "connections_per_ip_max", "accepts_per_second_max"])
async def test_one_too_many_is_refused_before_the_upgrade(make_settings: MakeSettings, limit: str) -> None:
    # Three accepts within one second: a slow machine may take longer, and then the fourth is no longer one too many.
    async with three_sockets(make_settings(**{limit: 3})) as (address, _):
        refused = None
        for _ in range(4):
            try:
                (await open_at(address)).drop()
            except RefusedUpgradeError as error:
                refused = error
                break
        assert refused is not None
        assert refused.status == 503
        assert refused.retry_after_seconds is not None
        assert refused.retry_after_seconds > 0


@pytest.mark.parametrize("limit", ["connections_max", "connections_per_ip_max"])
async def test_a_socket_that_goes_makes_room(make_settings: MakeSettings, limit: str) -> None:
    async with three_sockets(make_settings(**{limit: 3})) as (address, sockets):
        with pytest.raises(RefusedUpgradeError):
            await open_at(address)
        sockets[0].drop()

        async def comes_in() -> bool:
            try:
                (await open_at(address)).drop()
            except RefusedUpgradeError:
                return False
            return True

        await eventually(comes_in)


async def test_an_address_is_counted_as_the_proxy_tells_it(make_settings: MakeSettings) -> None:
    settings = make_settings(trust_proxy=True, connections_per_ip_max=1)
    async with live_server(settings) as address, AsyncExitStack() as stack:
        for viewer in ("203.0.113.1", "203.0.113.2"):
            await stack.enter_async_context(
                viewer_at(address, additional_headers={"X-Forwarded-For": f"forged, {viewer}"})
            )
        with pytest.raises(Exception, match="503"):
            await stack.enter_async_context(
                viewer_at(address, additional_headers={"X-Forwarded-For": "203.0.113.2"})
            )


async def test_a_full_show_says_so_after_the_join(make_settings: MakeSettings) -> None:
    async with (
        live_server(make_settings(connections_per_show_max=2)) as address,
        joined_at(address) as first,
        joined_at(address),
        viewer_at(address) as third,
    ):
        reply = await third.ask_for("join", show="demo")
        assert (reply["code"], reply["retry"]) == ("show_full", "later")
        assert reply["retry_after_ms"] > 0
        await first.join(token=first.token)  # who is in may join again
        await first.socket.close()

        async def there_is_room() -> bool:
            return bool((await third.ask_for("join", show="demo"))["type"] == "joined")

        await eventually(there_is_room)


async def test_limits_off_lets_everybody_in(make_settings: MakeSettings) -> None:
    names = (
        "connections_max",
        "connections_per_ip_max",
        "connections_per_show_max",
        "accepts_per_second_max",
    )
    limits = dict.fromkeys(names, 3)
    async with live_server(make_settings(limits="off", **limits)) as address, AsyncExitStack() as stack:
        for _ in range(8):
            await stack.enter_async_context(joined_at(address))
