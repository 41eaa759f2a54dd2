"""Which core runs what: servers with their engines on core 0; the swarm, the publisher and this program on core 1."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

SERVER_CORE = 0
CLIENT_CORE = 1


def stay_on_client_core() -> None:
    """Pin this program, and what it starts from now on, to the client's core."""
    os.sched_setaffinity(0, {CLIENT_CORE})


@contextmanager
def on_server_core() -> Iterator[None]:
    """Processes that are started inside inherit the server's core."""
    os.sched_setaffinity(0, {SERVER_CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, {CLIENT_CORE})
