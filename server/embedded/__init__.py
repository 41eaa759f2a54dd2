"""A real PostgreSQL 18 and a real Valkey 9 beside the server, started from wheels.

`start_engines(data)` gives both for one data directory and owns them until `stop()`; `attach(data)` finds those
that another process owns. `start_postgres` and `start_valkey` start one engine alone, for tests that need several
or that take one away. All calls block; none of this runs inside an event loop.
"""

from server.embedded.engines import Engines, attach, start_engines
from server.embedded.owner import DataDirectoryInUse
from server.embedded.postgres import PostgresProcess, start_postgres
from server.embedded.process import EngineFailed
from server.embedded.valkey import ValkeyProcess, start_valkey
from server.embedded.wheels import EngineMissing

__all__ = [
    "DataDirectoryInUse",
    "EngineFailed",
    "EngineMissing",
    "Engines",
    "PostgresProcess",
    "ValkeyProcess",
    "attach",
    "start_engines",
    "start_postgres",
    "start_valkey",
]
