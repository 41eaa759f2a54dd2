"""`showfloor stats --visits` and `--word-of-mouth`: how people came, of a show or of a channel's days."""

from typing import TYPE_CHECKING, Literal

import typer
from rich.console import Console

from server.cli.channel_figures import day_of
from server.cli.program import database_url, run
from server.running import launch
from server.running.engines import database_for
from server.running.trouble import Trouble
from server.settings import Settings

if TYPE_CHECKING:
    from server.stats.channel.period import Asked
    from server.stats.visits.visits_report import VisitsReport
    from server.stats.visits.word_report import WordOfMouthReport

HowTheyCame = Literal["visits", "word"]


def print_how_they_came(
    of: HowTheyCame, show: str, channel: str | None, first: str | None, last: str | None, *, json: bool
) -> None:
    """Print page views, or word of mouth; raises `Trouble` for what there is not."""
    from server.stats.channel.period import Asked
    from server.stats.visits.terminal import render_visits, render_word
    from server.stats.visits.visits_report import VisitsReport

    asked = show or Asked(day_of(first), day_of(last))
    with database_for(launch.load_settings()) as settings:
        report = run(_read(settings, of, channel, asked))
    if json:
        typer.echo(report.model_dump_json(indent=2))
    elif isinstance(report, VisitsReport):
        render_visits(report, Console(highlight=False))
    else:
        render_word(report, Console(highlight=False))


async def _read(
    settings: Settings, of: HowTheyCame, channel: str | None, asked: "Asked | str"
) -> "VisitsReport | WordOfMouthReport":
    from server.clock import SystemClock
    from server.db.engine import Database
    from server.errors import RefusedError
    from server.protocol.codes import Code
    from server.shows.repository import read_show
    from server.stats.visits.service import Visits

    database = Database(database_url(settings), pool_size=2)
    try:
        if isinstance(asked, str):
            async with database.read() as connection:
                show = await read_show(connection, asked)
            if show is None:
                raise Trouble(
                    f"there is no show {asked!r}", "the shows of a channel are at /v1/shows?channel=…"
                )
            channel = show.channel_id
        assert channel is not None, "a show or a channel is named"
        visits = Visits(database, SystemClock())
        return await (visits.visits if of == "visits" else visits.word_of_mouth)(channel, asked)
    except RefusedError as error:
        if error.code is Code.NOT_FOUND and not isinstance(asked, str):
            raise Trouble(f"there is no channel {channel!r}", "`showfloor channel list` names them") from None
        raise Trouble(error.message, "see `showfloor stats --help`") from None
    finally:
        await database.close()
