"""Commands about facts in and out: `import`, `analytics-role`."""

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from server.cli.program import app, database_url, run
from server.running import launch
from server.running.engines import database_for
from server.running.launch import console
from server.running.trouble import Trouble
from server.settings import Settings

if TYPE_CHECKING:
    from server.history.importing import Imported, Step, Tell

Format = Literal["jsonl", "csv", "parquet"]
PASSWORD_CHARACTERS_MIN = 12
SHOWN_MAX = 20
"""Bad lines on the terminal; the report has more."""


@app.command("import")
def import_history(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="Facts and orders in the envelope."),
    ],
    *,
    channel: Annotated[str, typer.Option(help="The channel's id.")],
    format: Annotated[
        Format | None, typer.Option("--format", help="What the file is, where its name does not tell.")
    ] = None,
    leave_out_bad: Annotated[
        bool, typer.Option("--leave-out-bad", help="Take in the good lines of a file that has bad ones.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="A file for the bad lines, as CSV.")] = None,
    named_max: Annotated[
        int, typer.Option("--named", min=0, max=1_000_000, help="How many bad lines are named.")
    ] = 1_000,
) -> None:
    """Take in a file of facts and orders: all of it or nothing, and each entry once, however often it comes.

    What the lines are is in docs/history.md.
    """
    from server.history.importing import import_file
    from server.history.problems import UnreadableFile
    from server.history.reading import form_of

    async def take_in(settings: Settings) -> "Imported":
        from server.db.engine import Database

        database = Database(database_url(settings), pool_size=1)
        try:
            with _bars() as step:
                return await import_file(
                    database,
                    channel,
                    file,
                    format or form_of(file),
                    leave_out_bad=leave_out_bad,
                    named_max=named_max,
                    step=step,
                )
        finally:
            await database.close()

    with database_for(launch.load_settings()) as settings:
        try:
            outcome = run(take_in(settings))
        except UnreadableFile as error:
            raise Trouble(error.what, error.mend) from None
    _tell(outcome)
    if report is not None:
        _write_report(outcome, report)
    raise typer.Exit(1 if outcome.bad_counts else 0)


@app.command("analytics-role")
def analytics_role(
    name: Annotated[str, typer.Argument(help="How the role is called.")] = "showfloor_analytics",
) -> None:
    """Make a role that reads the views of the schema `analytics` alone, or give it another password.

    The password is asked for, or read from standard input.
    """
    password = (
        typer.prompt("Password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().strip()
    )
    if len(password) < PASSWORD_CHARACTERS_MIN:
        raise Trouble(
            f"the password has less than {PASSWORD_CHARACTERS_MIN} characters",
            "`openssl rand -hex 16` makes one",
        )
    with database_for(launch.load_settings()) as settings:
        new = run(_make_role(settings, name, password))
    typer.echo(
        f"{name} {'reads' if new else 'has another password, and reads'} the views of the schema analytics."
    )


async def _make_role(settings: Settings, name: str, password: str) -> bool:
    from server.db.analytics import make_role
    from server.db.engine import Database

    database = Database(database_url(settings), pool_size=1)
    try:
        async with database.write() as connection:
            return await make_role(connection, name, password)
    finally:
        await database.close()


@contextmanager
def _bars() -> "Iterator[Step]":
    """A bar for each step of the import; how far it is where the step tells."""
    with Progress(
        SpinnerColumn(finished_text="[green]✓[/green]"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TimeElapsedColumn(),
        console=console,
    ) as progress:

        @contextmanager
        def step(what: str, total: int | None = None) -> "Iterator[Tell]":
            task = progress.add_task(escape(what), total=total)
            yield lambda done: progress.update(task, completed=done)
            progress.update(task, total=total or 1, completed=total or 1)

        yield step


def _tell(outcome: "Imported") -> None:
    for bad in outcome.bad[:SHOWN_MAX]:
        typer.echo(f"line {bad.line}: {bad.sentence}", err=True)
    if more := sum(outcome.bad_counts.values()) - min(SHOWN_MAX, len(outcome.bad)):
        typer.echo(f"and {more:,} more:", err=True)
        for sentence, count in outcome.reasons.items():
            typer.echo(f"  {count:,} × {sentence}", err=True)
    if outcome.unknown_columns:
        typer.echo(f"Passed over, as no column is called so: {', '.join(outcome.unknown_columns)}", err=True)
    if outcome.refused:
        typer.echo(
            f"Nothing was imported: {sum(outcome.bad_counts.values()):,} of {outcome.lines:,} lines are bad."
        )
        return
    left_out = f", {sum(outcome.bad_counts.values()):,} bad ones left out" if outcome.bad_counts else ""
    typer.echo(
        f"{outcome.taken:,} of {outcome.lines:,} lines imported into {len(outcome.shows):,} shows, "
        f"{outcome.known:,} known before{left_out}."
    )


def _write_report(outcome: "Imported", report: Path) -> None:
    try:
        with report.open("w", encoding="utf-8", newline="") as stream:
            lines = csv.writer(stream)
            lines.writerow(["line", "code", "column", "reason"])
            lines.writerows([bad.line, bad.code, bad.field, bad.sentence] for bad in outcome.bad)
            if more := sum(outcome.bad_counts.values()) - len(outcome.bad):
                lines.writerow(["", "", "", f"and {more} more"])
    except OSError as error:
        raise Trouble(
            f"{report} cannot be written ({error.strerror})", "name a file in a folder that is there"
        ) from None
