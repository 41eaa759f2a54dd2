"""Commands that read a show's figures: `stats`, `export`."""

import shutil
import sys
import tempfile
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console

from server.cli.channel_figures import print_channel
from server.cli.program import app, database_url, run
from server.cli.visit_figures import print_how_they_came
from server.running import launch
from server.running.engines import database_for
from server.running.trouble import Trouble
from server.settings import Settings
from server.stats.definitions import REPEAT_DAYS, REPEAT_DAYS_MAX

if TYPE_CHECKING:
    from server.stats.report import ShowReport
    from server.stats.service import Reports

Show = Annotated[str, typer.Argument(help="A show's id, such as demo.")]
StepOf = Literal["day", "week", "month", "show"]
ExportOf = Literal["viewers", "orders", "questions", "surveys", "series", "facts"]
Form = Literal["csv", "jsonl", "parquet"]


@app.command()
def stats(
    show: Annotated[str, typer.Argument(help="A show's id, such as demo; none with --channel.")] = "",
    *,
    channel: Annotated[
        str | None, typer.Option(help="A channel's id: its figures over a period, people counted once.")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="The first day, such as 2026-11-01; else of this month.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last day, in it; else today.")] = None,
    by: Annotated[StepOf | None, typer.Option(help="Of a channel: also in steps of this.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The report as the HTTP API gives it.")] = False,
    days: Annotated[
        int, typer.Option(min=1, max=REPEAT_DAYS_MAX, help="The window of the repeat figures.")
    ] = REPEAT_DAYS,
    visits: Annotated[
        bool, typer.Option("--visits", help="How people came instead: page views, sources, campaigns.")
    ] = False,
    word_of_mouth: Annotated[
        bool, typer.Option("--word-of-mouth", help="Who brought whom by share links instead.")
    ] = False,
    recompute: Annotated[
        bool,
        typer.Option(
            "--recompute",
            help="Make it anew from the facts, and compare it with what is answered. Exit code 1 if a digit differs.",
        ),
    ] = False,
) -> None:
    """The figures of a show, or of a channel, as the analyst's page has them."""
    if channel is not None and (show or recompute):
        raise Trouble("a channel is asked for, and a show's figures too", "name one of both")
    if visits or word_of_mouth:
        if (visits and word_of_mouth) or recompute or not (show or channel):
            raise Trouble("this does not go together", "ask for one of both, of a show or by --channel")
        print_how_they_came("visits" if visits else "word", show, channel, first, last, json=json)
        return
    if channel is not None:
        print_channel(channel, first, last, by, json=json, days=days)
        return
    if not show:
        raise Trouble("no show is named", "name one, or a channel by --channel")
    from server.stats.final import differing
    from server.stats.terminal import render

    async def ask(reports: "Reports") -> "tuple[ShowReport, list[str]]":
        report = await reports.report(show, repeat_days=days)
        if not recompute:
            return report, []
        made = await reports.recompute(show, repeat_days=days)
        return made, differing(report, made)

    with database_for(launch.load_settings()) as settings:
        report, differences = run(_with_reports(settings, show, ask))
    if json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        render(report, Console(highlight=False))
    for each in differences:
        typer.echo(each, err=True)
    if differences:
        raise typer.Exit(1)


@app.command()
def export(
    show: Show,
    of: Annotated[
        ExportOf, typer.Option("--of", help="Which rows; `facts` are what `showfloor import` takes.")
    ],
    *,
    form: Annotated[Form, typer.Option("--format", help="The same columns in each.")] = "csv",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A file; else standard output.")
    ] = None,
    bom: Annotated[bool, typer.Option(help="A byte order mark first, for spreadsheets that guess.")] = False,
    tz: Annotated[
        str,
        typer.Option(
            help="The time zone of all times, by its IANA name, such as Asia/Tokyo. Facts have UTC."
        ),
    ] = "UTC",
) -> None:
    """The rows of a show as a file; CSV is safe from spreadsheet formulas."""
    from server.history.outlet import Wanted, write_export

    zone = _zone_of(tz)

    async def write(settings: Settings, file: Path) -> None:
        wanted = Wanted(of, [show], form, bom, zone)
        await _with_database(
            settings, show, lambda database, reports: write_export(database, reports, wanted, file)
        )

    with tempfile.TemporaryDirectory(prefix="showfloor-export-") as folder:
        file = Path(folder, "export")
        with database_for(launch.load_settings()) as settings:
            run(write(settings, file))
        hand_over(file, output)


def _zone_of(tz: str) -> tzinfo:
    from server.errors import RefusedError
    from server.zones import find_zone

    try:
        return find_zone(tz)
    except RefusedError:
        raise Trouble(
            f"there is no time zone {tz!r}", "name one as the IANA does, such as Asia/Tokyo"
        ) from None


def hand_over(file: Path, output: Path | None) -> None:
    """Copy what is made to where it is wanted: a file, or standard output."""
    with file.open("rb") as made:
        if output is None:
            shutil.copyfileobj(made, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        try:
            with output.open("wb") as stream:
                shutil.copyfileobj(made, stream)
        except (FileNotFoundError, IsADirectoryError) as error:
            raise Trouble(
                f"{output} cannot be written ({error.strerror})", "name a file in a folder that is there"
            ) from None


async def _with_reports(settings: Settings, show: str, ask: Any) -> Any:
    return await _with_database(settings, show, lambda _, reports: ask(reports))


async def _with_database(settings: Settings, show: str, ask: Any) -> Any:
    from server.clock import SystemClock
    from server.db.engine import Database
    from server.errors import RefusedError
    from server.protocol.codes import Code
    from server.stats.service import Reports

    database = Database(database_url(settings), pool_size=2)
    try:
        return await ask(database, Reports(database, SystemClock()))
    except RefusedError as error:
        if error.code is not Code.NOT_FOUND:
            raise
        raise Trouble(
            f"there is no show {show!r}", "the shows of a channel are at /v1/shows?channel=…"
        ) from None
    finally:
        await database.close()
