"""Commands about mail: `mail return`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.program import app, database_url, run
from server.running import launch
from server.running.engines import database_for
from server.running.launch import console
from server.settings import Settings

if TYPE_CHECKING:
    from server.mail.reports import Report

commands = typer.Typer(no_args_is_help=True, help="What comes back by mail.")
app.add_typer(commands, name="mail")
BYTES_MAX = 10_000_000


@commands.callback()
def group() -> None:
    """What comes back by mail."""


@commands.command("return")
def take_return(
    to: Annotated[
        str | None, typer.Option("--to", help="Where it was sent to, as the mail server knows it.")
    ] = None,
) -> None:
    """Read a bounce or a complaint from standard input, as a mail server pipes it, and count it.

    Exit code 0 for any mail, also one that is none of ours: else the mail server would send it back.
    """
    raw = sys.stdin.buffer.read(BYTES_MAX)
    with database_for(launch.load_settings()) as settings:
        report = run(_take(settings, raw, to))
    kind = "about no message of ours" if report is None else f"{report.message_id}: {report.kind}"
    console.print(kind)


async def _take(settings: Settings, raw: bytes, to: str | None) -> "Report | None":
    from server.clock import SystemClock
    from server.db.engine import Database
    from server.running.mail import returns_for

    database = Database(database_url(settings), pool_size=1)
    try:
        return await returns_for(settings, database, SystemClock()).take_report(raw, to=to)
    finally:
        await database.close()
