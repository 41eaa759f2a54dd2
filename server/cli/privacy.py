"""Commands about one person's data: `forget`, `hand-out`."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from server.cli.program import app, database_url, run
from server.running import launch
from server.running.engines import database_for
from server.running.launch import console
from server.running.trouble import Trouble
from server.settings import Settings

if TYPE_CHECKING:
    from server.privacy.service import Privacy

Viewer = Annotated[str, typer.Argument(help="The viewer's id, as the exports name it.")]


@app.command()
def forget(
    viewer: Viewer,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask. It cannot be taken back.")] = False,
) -> None:
    """Erase a person: counts stay, under a random id that leads to nobody; their words, names and keys go. No figure changes.

    Servers may run meanwhile. What a worker has not read yet is waited for, and erased too.
    """
    if not yes:
        typer.confirm(f"Erase {viewer} for good?", abort=True)
    with database_for(launch.load_settings()) as settings:
        done = run(_with_privacy(settings, viewer, lambda privacy: privacy.forget(viewer)))
        run(_remove_exports(settings))
    console.print(f"Forgotten: {done.rows:,} rows in {done.shows} shows, under {done.ids} ids.")
    if not done.settled:
        console.print("No worker has read the stream meanwhile: run this once more when one has.")


@app.command("hand-out")
def hand_out(
    viewer: Viewer,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="A file, readable by you alone; else standard output."),
    ] = None,
) -> None:
    """Everything that is kept about a person, as JSON."""
    from pydantic_core import to_json

    with database_for(launch.load_settings()) as settings:
        found = run(_with_privacy(settings, viewer, lambda privacy: privacy.hand_out(viewer)))
    told = to_json(found, indent=2).decode() + "\n"
    if output is None:
        typer.echo(told, nl=False)
        return
    output.touch(mode=0o600)
    output.write_text(told, encoding="utf-8")


async def _remove_exports(settings: Settings) -> None:
    from server.clock import SystemClock
    from server.db.engine import Database
    from server.running.exports import exports_for

    database = Database(database_url(settings), pool_size=1)
    try:
        await exports_for(settings, database, SystemClock()).forget()
    finally:
        await database.close()


async def _with_privacy(settings: Settings, viewer: str, ask: "Callable[[Privacy], Awaitable[Any]]") -> Any:
    from server.access.revocations import Revocations
    from server.clock import SystemClock
    from server.db.engine import Database
    from server.errors import RefusedError
    from server.journal.journal import Journal
    from server.protocol.codes import Code
    from server.running.privacy import privacy_for
    from server.running.uploads import pictures_for

    database = Database(database_url(settings), pool_size=2)
    try:
        clock = SystemClock()
        # Whoever is in a show hears of it by the servers, which look into the journals by themselves.
        journal = Journal(database, clock, lambda show, epoch, publications: None)
        pictures = pictures_for(settings, database, clock)
        revocations = Revocations(database, clock)
        return await ask(
            privacy_for(settings, database, clock, journal, revocations=revocations, pictures=pictures)
        )
    except RefusedError as error:
        if error.code is Code.FORBIDDEN:
            raise Trouble(
                f"{viewer!r} works for a channel", "remove them in the studio, under People"
            ) from None
        if error.code is Code.CONFLICT:
            raise Trouble(f"{viewer!r} is watching right now", "wait until they have left") from None
        raise Trouble(
            f"nothing is kept of {viewer!r}", "take the id from the column viewer of an export"
        ) from None
    finally:
        await database.close()
