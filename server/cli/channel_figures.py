"""`showfloor stats --channel`: a channel's figures over a period."""

from datetime import date
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from server.cli.program import database_url, run
from server.running import launch
from server.running.engines import database_for
from server.running.trouble import Trouble
from server.settings import Settings

if TYPE_CHECKING:
    from server.stats.channel.period import Asked, StepOf
    from server.stats.channel.report import ChannelReport


def print_channel(
    channel: str, first: str | None, last: str | None, by: "StepOf | None", *, json: bool, days: int
) -> None:
    """Print the figures of a channel from one day to another; raises `Trouble` for what there is not."""
    from server.stats.channel.period import Asked
    from server.stats.channel.terminal import render

    asked = Asked(day_of(first), day_of(last))
    with database_for(launch.load_settings()) as settings:
        report = run(_read(settings, channel, asked, by, days))
    if json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        render(report, Console(highlight=False))


def day_of(written: str | None) -> date | None:
    """Return the day that somebody wrote; raises `Trouble` for what is none."""
    try:
        return None if written is None else date.fromisoformat(written)
    except ValueError:
        raise Trouble(f"{written!r} is no day", "write a day as 2026-11-26") from None


async def _read(
    settings: Settings, channel: str, asked: "Asked", by: "StepOf | None", days: int
) -> "ChannelReport":
    from server.clock import SystemClock
    from server.db.engine import Database
    from server.errors import RefusedError
    from server.protocol.codes import Code
    from server.stats.channel.service import ChannelReports
    from server.stats.columns.shelf import FOLDER, Shelf

    database = Database(database_url(settings), pool_size=2)
    try:
        reports = ChannelReports(database, SystemClock(), Shelf(settings.data.absolute() / FOLDER))
        return await reports.report(channel, asked, by, repeat_days=days)
    except RefusedError as error:
        if error.code is Code.NOT_FOUND:
            raise Trouble(f"there is no channel {channel!r}", "`showfloor channel list` names them") from None
        raise Trouble(error.message, "see `showfloor stats --help`") from None
    finally:
        await database.close()
