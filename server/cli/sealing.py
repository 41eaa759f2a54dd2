"""Commands that move the raw facts of old shows out of SQL and back: `seal`, `unseal`."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from server.cli.program import app, database_url, run
from server.running import launch
from server.running.engines import database_for
from server.running.launch import console
from server.running.trouble import Trouble
from server.settings import Settings

if TYPE_CHECKING:
    from server.sealing.service import Sealer

Shows = Annotated[list[str], typer.Argument(help="Shows' ids.")]


@app.command()
def seal(shows: Shows) -> None:
    """Move the raw facts of shows that are over into Parquet files. Figures stay as they are; servers may run meanwhile.

    The files are held against SQL before anything is deleted.
    """
    with database_for(launch.load_settings()) as settings:
        for show in shows:
            done = run(_with_sealer(settings, show, lambda sealer, id: sealer.seal(id)))
            size = f"{done.bytes / 1e6:,.1f} MB"
            console.print(
                f"{show}: {done.entries:,} entries, {done.playing:,} stretches, {done.people:,} viewers, {size}"
            )


@app.command()
def unseal(shows: Shows) -> None:
    """Bring the raw facts of sealed shows back into SQL, and remove their files."""
    with database_for(launch.load_settings()) as settings:
        for show in shows:
            done = run(_with_sealer(settings, show, lambda sealer, id: sealer.unseal(id)))
            console.print(f"{show}: back in SQL" if done else f"{show}: was not sealed")


async def _with_sealer(settings: Settings, show: str, ask: "Callable[[Sealer, str], Awaitable[Any]]") -> Any:
    from server.clock import SystemClock
    from server.db.engine import Database
    from server.errors import RefusedError
    from server.protocol.codes import Code
    from server.running.sealing import sealer_for

    database = Database(database_url(settings), pool_size=2)
    try:
        return await ask(sealer_for(settings, database, SystemClock()), show)
    except RefusedError as error:
        if error.code is Code.NOT_FOUND:
            raise Trouble(
                f"there is no show {show!r}", "the shows of a channel are at /v1/shows?channel=…"
            ) from None
        raise Trouble(
            f"{show!r} is not over, or something of it is being written",
            "try again when its report is no longer provisional",
        ) from None
    except FileNotFoundError as error:
        raise Trouble(
            f"a sealed file of {show!r} is not there ({error})", "bring it back from a backup"
        ) from None
    finally:
        await database.close()
