"""The command line, `showfloor …`. Results go to standard output, progress and faults to standard error.

Exit codes: 0 done, also after Ctrl-C and SIGTERM; 1 something is wrong, said in one line; 2 a command that cannot be understood.
"""

import asyncio
import sys
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from server import launch
from server.launch import console
from server.settings import Settings
from server.trouble import Trouble, explain

if TYPE_CHECKING:
    from server.shop.stocktaking import Disagreement

T = TypeVar("T")

app = typer.Typer(
    name="showfloor",
    help="The interaction backend of live-stream commerce.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
config = typer.Typer(
    no_args_is_help=True, help="The settings as they are read from the environment and the file."
)
app.add_typer(config, name="config")

Host = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 for any free one.")]
Show = Annotated[str, typer.Argument(help="A show's id, such as demo.")]
RoleName = Literal["viewer", "moderator", "host", "analyst", "admin"]
ExportOf = Literal["viewers", "orders", "questions", "series"]


def main() -> None:
    """Run the command line; an expected fault is one line on standard error."""
    launch.end_on_signals()
    try:
        app()
    except Exception as error:
        trouble = explain(error)
        if trouble is None:
            raise
        console.print(f"[bold red]showfloor:[/bold red] {escape(str(trouble))}")
        sys.exit(1)


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes that share the port.")] = 1,
    worker: Annotated[bool, typer.Option(help="Write the ledger in these processes too.")] = True,
) -> None:
    """Serve HTTP, sockets and pages until a signal. Without URLs, PostgreSQL and Valkey are started beside it."""
    from server.app import create_app
    from server.db.migrations import migrate
    from server.serving import serve_in_processes, server_for
    from server.telemetry import set_up_logging

    set_up_logging()
    settings = _settings_to_serve() if worker else _settings_to_serve(worker=False)
    with (
        launch.listen(host, port) as listening,
        suppress(KeyboardInterrupt),
        launch.engines_for(settings) as ready,
    ):
        migrate(_database_url(ready))
        console.print(f"Showfloor listens on http://{host}:{listening.getsockname()[1]}")
        if workers > 1:
            serve_in_processes(ready, listening, workers)
        else:
            server_for(create_app(ready), ready).run(sockets=[listening])


@app.command()
def demo(
    audience: Annotated[
        int, typer.Option(min=0, max=5000, help="Simulated viewers; 0 for a quiet show.")
    ] = 40,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """A running show to look at: a shop, its past shows, one live show `demo`, and an audience over real sockets.

    Each start begins a fresh show `demo`; the one of an earlier run stays among the past shows if anybody was there.
    """
    from server.demo.run import run_demo
    from server.telemetry import set_up_logging

    set_up_logging(level="WARNING", json=False)
    settings = _settings_to_serve()
    out = Console(highlight=False, soft_wrap=True)
    with launch.listen(host, port) as listening, suppress(KeyboardInterrupt):
        run_demo(settings, listening, audience=audience, out=out, progress=console)


@app.command()
def worker() -> None:
    """Write the ledger from Redis to SQL until a signal. Several at once take turns."""
    from server.telemetry import set_up_logging
    from server.worker_process import run_worker

    set_up_logging()
    with suppress(KeyboardInterrupt), launch.engines_for(launch.load_settings(), share=True) as settings:
        _run(run_worker(settings))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema. Safe at any time, and from several machines at once."""
    from server.db.migrations import migrate as bring_to_newest

    with launch.engines_for(launch.load_settings(), share=True) as settings:
        bring_to_newest(_database_url(settings))
    console.print("The database has the newest schema.")


@app.command()
def stats(
    show: Show,
    json: Annotated[bool, typer.Option("--json", help="The report as the HTTP API gives it.")] = False,
) -> None:
    """The figures of a show, as the analyst's page has them."""
    from server.stats.terminal import render

    with launch.engines_for(launch.load_settings(), share=True) as settings:
        report = _run(_with_reports(settings, show, lambda reports: reports.report(show)))
    if json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        render(report, Console(highlight=False))


@app.command()
def export(
    show: Show,
    of: Annotated[ExportOf, typer.Option("--of", help="Which rows.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A file; else standard output.")
    ] = None,
    bom: Annotated[bool, typer.Option(help="A byte order mark first, for spreadsheets that guess.")] = False,
) -> None:
    """The rows of a show as CSV, safe from spreadsheet formulas."""
    from server.stats.terminal import write_csv

    def write(stream: Any) -> None:
        with launch.engines_for(launch.load_settings(), share=True) as settings:
            _run(_with_reports(settings, show, lambda reports: write_csv(reports, show, of, stream, bom=bom)))

    if output is None:
        with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False) as stream:
            write(stream)
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as stream:
            write(stream)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise Trouble(
            f"{output} cannot be written ({error.strerror})", "name a file in a folder that is there"
        ) from None


@app.command()
def token(
    role: Annotated[RoleName, typer.Option(help="What its bearer is in the channel.")],
    channel: Annotated[str, typer.Option(help="The channel's id, such as demo.")],
    subject: Annotated[str | None, typer.Option(help="The bearer's viewer id; else a new one.")] = None,
    hours: Annotated[float | None, typer.Option(min=0.01, max=24 * 365, help="How long it is valid.")] = None,
    code: Annotated[
        bool, typer.Option("--code", help="A sign-in code for a page's address instead.")
    ] = False,
) -> None:
    """Print a signed token, alone, on standard output; it is valid wherever the secret is the same. Needs no database.

    With --code, print a code that signs in once within a quarter of an hour (or --hours): /host#code=…
    """
    from server import signing

    settings = launch.load_settings()
    lifetime = None if hours is None else timedelta(hours=hours)
    if not code:
        typer.echo(signing.make_token(settings, role, channel, subject, lifetime))
        return
    with launch.engines_for(settings, share=True) as ready:
        typer.echo(_run(signing.make_code(ready, role, channel, subject or role, lifetime)))


@app.command()
def doctor(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Look at the set-up, say what is wrong and how to mend it. Exit code 1 if anything is broken."""
    from server.doctor import State, examine

    marks = {State.FINE: "[green]✓[/green]", State.ADVICE: "[yellow]![/yellow]", State.BROKEN: "[red]✗[/red]"}
    out = Console(highlight=False, soft_wrap=True)
    broken = 0
    for finding in examine(launch.load_settings(), host, port):
        broken += finding.state is State.BROKEN
        out.print(f"{marks[finding.state]} [bold]{finding.subject:<18}[/bold] {escape(finding.what)}")
        if finding.mend:
            out.print(f"  [dim]{'':<18}[/dim] → {escape(finding.mend)}")
    out.print(f"\n{broken} broken." if broken else "\nEverything is in order.")
    raise typer.Exit(1 if broken else 0)


@app.command()
def stock(
    repair: Annotated[
        bool, typer.Option("--repair", help="Make the products agree with their orders.")
    ] = False,
) -> None:
    """Compare what was sold of each product with its orders. Exit code 1 if they disagree and nothing was repaired."""
    with launch.engines_for(launch.load_settings(), share=True) as settings:
        found = _run(_take_stock(settings, repair=repair))
    for each in found:
        short = f"; {each.oversold} more than there were" if each.oversold else ""
        typer.echo(f"{each.product_id}: {each.sold} sold, {each.ordered} ordered{short}")
    done = "repaired" if repair else "disagree"
    console.print(f"{len(found)} {done}." if found else "What was sold is what the orders say.")
    raise typer.Exit(1 if found and not repair else 0)


@config.command("check")
def config_check() -> None:
    """Print every setting as it is in force, secrets hidden. Exit code 1 if a value or a name is wrong."""
    settings = Settings()
    out = Console(highlight=False, soft_wrap=True)
    for name in Settings.model_fields:
        shown = "set" if name == "secret" and settings.secret else launch.shown_value(getattr(settings, name))
        changed = name in settings.model_fields_set
        out.print(f"{'[bold]' if changed else '[dim]'}{name:<26} {escape(shown)}")
    unknown = launch.unknown_variables()
    for variable, hint in unknown:
        console.print(f"[red]{variable} is no setting of Showfloor{hint}[/red]")
    raise typer.Exit(1 if unknown else 0)


def _settings_to_serve(**given: object) -> Settings:
    settings = launch.load_settings(**given)
    settings.signing_secret()
    launch.warn_of_lifted_limits(settings)
    launch.raise_open_files_limit()
    return settings


def _database_url(settings: Settings) -> str:
    assert settings.database_url is not None, "engines_for puts it in"
    return settings.database_url


async def _with_reports(settings: Settings, show: str, ask: Any) -> Any:
    from server.clock import SystemClock
    from server.db.engine import Database
    from server.errors import RefusedError
    from server.protocol.codes import Code
    from server.stats.service import Reports

    database = Database(_database_url(settings), pool_size=2)
    try:
        return await ask(Reports(database, SystemClock()))
    except RefusedError as error:
        if error.code is not Code.NOT_FOUND:
            raise
        raise Trouble(
            f"there is no show {show!r}", "the shows of a channel are at /v1/shows?channel=…"
        ) from None
    finally:
        await database.close()


async def _take_stock(settings: Settings, *, repair: bool) -> "list[Disagreement]":
    from server.db.engine import Database
    from server.shop.stocktaking import repair_stock, take_stock

    database = Database(_database_url(settings), pool_size=1)
    try:
        async with database.write() as connection:
            return await (repair_stock(connection) if repair else take_stock(connection))
    finally:
        await database.close()


def _run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner() as runner:
        return runner.run(work)
