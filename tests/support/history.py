"""History out of one installation and into another."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server.clock import Clock
from server.db.engine import Database
from server.history.facts import stream_facts
from server.history.importing import Imported, import_file
from server.history.reading import Form
from server.history.writing import write_facts
from server.stats.service import Reports

CHANNEL = "channel"


@contextmanager
def quietly(what: str, total: int | None = None) -> Iterator[Any]:
    """Tell nobody."""
    yield lambda done: None


async def export_facts(database: Database, shows: list[str], folder: Path, form: Form) -> Path:
    """Write the facts of shows into `folder`."""
    rows, output = folder / "rows.csv", folder / f"facts.{form}"
    with rows.open("wb") as stream:
        async with database.read() as connection:
            async for piece in stream_facts(connection, shows):
                stream.write(piece)
    write_facts(rows, output, form)
    return output


async def take_in(
    database: Database, file: Path, form: Form = "jsonl", channel: str = CHANNEL, **options: Any
) -> Imported:
    """Import a file."""
    return await import_file(database, channel, file, form, step=quietly, **options)


async def whole_report(database: Database, show: str, clock: Clock) -> dict[str, Any]:
    """Return a show's report as the API gives it."""
    return (await Reports(database, clock).report(show)).model_dump(mode="json")
