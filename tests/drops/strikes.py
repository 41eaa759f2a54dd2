"""The faults that may strike a drop, each for a while that chance picks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Final

from tests.drops.world import World, empty_valkey
from tests.support.postgres_line import Trap

OF_A_SHOW: Final = "FROM journal_head WHERE show_id = $1 FOR UPDATE"
"""What every transaction of a show's journal begins with."""
LOST_WITHIN_SECONDS = 5.0

Strike = Callable[[World, Random], Awaitable[None]]


async def kill_server(world: World, random: Random) -> None:
    """Kill one of the two servers, and start it again."""
    server = random.choice(world.servers)
    await server.kill()
    await _while_away(random)
    await server.start_again()


async def kill_servers(world: World, random: Random) -> None:
    """Kill both, one a moment after the other, and start them again."""
    for server in random.sample(world.servers, 2):
        await server.kill()
        await asyncio.sleep(random.uniform(0, 0.1))
    for server in world.servers:
        await server.start_again()


async def kill_worker(world: World, random: Random) -> None:
    """Kill the process that counts the ledger, and start it again."""
    await world.worker.kill()
    await _while_away(random)
    await world.worker.start()


async def kill_postgres(world: World, random: Random) -> None:
    """Kill PostgreSQL with all its sessions, and start it on what the log has."""
    await asyncio.to_thread(world.postgres.kill)
    await _while_away(random)
    await asyncio.to_thread(world.postgres.start)


async def kill_valkey(world: World, random: Random) -> None:
    """Kill Valkey, and start it on what it had written."""
    await asyncio.to_thread(world.valkey.kill)
    await _while_away(random)
    await asyncio.to_thread(world.valkey.start)


async def lose_valkey(world: World, random: Random) -> None:
    """Kill Valkey, and start it empty."""
    await asyncio.to_thread(empty_valkey, world.valkey)
    await _while_away(random)
    await asyncio.to_thread(world.valkey.start)


async def kill_both(world: World, random: Random) -> None:
    """Kill a server and PostgreSQL at once."""
    server = random.choice(world.servers)
    await asyncio.gather(server.kill(), asyncio.to_thread(world.postgres.kill))
    await asyncio.to_thread(world.postgres.start)
    await server.start_again()


async def cut_a_commit(world: World, random: Random) -> None:
    """Lose the answer to a COMMIT together with its connection."""
    await _lose_answer(world, "cut")


async def hold_a_commit(world: World, random: Random) -> None:
    """Hold back the answer to a COMMIT, and everything that PostgreSQL says behind it, for a while."""
    await _lose_answer(world, "hold")
    await _while_away(random)


async def _lose_answer(world: World, trap: Trap) -> None:
    world.line.set_trap(trap, meant_for=OF_A_SHOW)
    try:
        await asyncio.wait_for(world.line.sprung.wait(), LOST_WITHIN_SECONDS)
    except TimeoutError:
        pass  # the drop was over before: nobody wrote any more
    finally:
        if trap == "cut":
            world.line.mend()


async def _while_away(random: Random) -> None:
    await asyncio.sleep(random.uniform(0, 0.7))


STRIKES: Final[Mapping[str, Strike]] = {
    "a server is killed": kill_server,
    "both servers are killed": kill_servers,
    "the worker is killed": kill_worker,
    "PostgreSQL is killed": kill_postgres,
    "Valkey is killed": kill_valkey,
    "Valkey is killed and comes back empty": lose_valkey,
    "a server and PostgreSQL are killed": kill_both,
    "a COMMIT's answer is lost with its connection": cut_a_commit,
    "a COMMIT's answer is held back": hold_a_commit,
}
