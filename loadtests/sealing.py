"""How fast a show is sealed, and how many bytes a row has before and after: `python -m loadtests.sealing [viewers]`.

The show is that of `loadtests.rows`: 200,000 viewers make about 1.06 million entries and 400,000 stretches.
"""

import asyncio
import sys
import time
from pathlib import Path

from sqlalchemy import text

from loadtests.rows import FILL
from loadtests.surroundings import own_database
from server.clock import SystemClock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.ledger.repository import read_reaction_totals
from server.sealing.service import Sealer

VIEWERS = 100_000
_RAW = ("ledger_entry", "playing")
_SIZES = text(
    "SELECT sum(pg_total_relation_size(CAST(name AS regclass))) FROM unnest(CAST(:tables AS text[])) AS name"
)


async def measure(url: str, folder: Path, viewers: int) -> None:
    """Fill, seal, bring back; print a line each."""
    database = Database(url)

    async def settled(*_: object) -> bool:
        return True

    sealer = Sealer(database, SystemClock(), folder.as_uri(), settled=settled, reactions=read_reaction_totals)
    try:
        async with database.write() as connection:
            for statement in FILL:
                await connection.execute(
                    text(statement), {"viewers": viewers} if ":viewers" in statement else {}
                )
        async with database.write() as connection:
            await derive_rows(connection, "s")
        before = await _size(database)
        began = time.perf_counter()
        done = await sealer.seal("s")
        took = time.perf_counter() - began
        raw = done.entries + done.playing
        print(
            f"{raw:,} raw rows and {done.people:,} wide ones sealed in {took:.1f} s, {raw / took:,.0f} raw rows a second"
        )
        print(
            f"{before / raw:.0f} bytes a raw row in SQL with its indexes, {done.bytes / raw:.1f} in files, the wide rows' copy included"
        )
        began = time.perf_counter()
        await sealer.unseal("s")
        print(f"brought back in {time.perf_counter() - began:.1f} s")
    finally:
        await database.close()


async def _size(database: Database) -> int:
    async with database.read() as connection:
        return int(await connection.scalar(_SIZES, {"tables": list(_RAW)}) or 0)


def main() -> None:
    """Measure in a temporary directory."""
    viewers = int(sys.argv[1]) if len(sys.argv) > 1 else VIEWERS
    with own_database("sealing") as database:
        asyncio.run(measure(database.url, database.folder / "sealed", viewers))


if __name__ == "__main__":
    main()
