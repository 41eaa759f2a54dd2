"""Commands that look after an installation: `migrate`, `doctor`, `stock`, `rollup`."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from server.cli.program import Host, Port, app, database_url, run
from server.running import launch
from server.running.engines import Start, database_for, engines_for
from server.running.launch import console
from server.running.trouble import Trouble
from server.settings import Settings

if TYPE_CHECKING:
    from server.ledger.rollup_repository import Difference
    from server.shop.stocktaking import Count

stock = typer.Typer(help="What is free, held and sold, against orders and holds.")
app.add_typer(stock, name="stock")


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema. Safe at any time, and from several machines at once."""
    from server.db.migrations import migrate as bring_to_newest

    with engines_for(launch.load_settings(), Start.SHARED, sql_alone=True) as settings:
        bring_to_newest(database_url(settings))
    console.print("The database has the newest schema.")


@app.command()
def doctor(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Look at the set-up, say what is wrong and how to mend it. Exit code 1 if anything is broken."""
    from server.doctor import State, examine

    marks = {State.FINE: "[green]✓[/green]", State.ADVICE: "[yellow]![/yellow]", State.BROKEN: "[red]✗[/red]"}
    out = Console(highlight=False, soft_wrap=True)
    broken = 0
    for finding in examine(launch.load_settings(examined=True), host, port):
        broken += finding.state is State.BROKEN
        out.print(f"{marks[finding.state]} [bold]{finding.subject:<18}[/bold] {escape(finding.what)}")
        if finding.mend:
            out.print(f"  [dim]{'':<18}[/dim] → {escape(finding.mend)}")
    out.print(f"\n{broken} broken." if broken else "\nEverything is in order.")
    raise typer.Exit(1 if broken else 0)


@stock.callback(invoke_without_command=True)
def compare(
    context: typer.Context,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make the products agree with their orders and holds.")
    ] = False,
) -> None:
    """`showfloor stock` alone is `showfloor stock verify`."""
    if context.invoked_subcommand is None:
        verify(repair=repair)


@stock.command()
def verify(
    repair: Annotated[
        bool, typer.Option("--repair", help="Make the products agree with their orders and holds.")
    ] = False,
) -> None:
    """Compare what is free, held and sold of each product with its orders, holds and movements.

    Exit code 1 if they disagree and nothing was repaired, or not all could be.
    """
    with database_for(launch.load_settings()) as settings:
        found = run(_take_stock(settings, repair=repair))
    for each in found:
        typer.echo(f"{each.product_id}: {_differs(each)}")
    done = "repaired" if repair else "disagree"
    console.print(f"{len(found)} {done}." if found else "What was sold is what the orders say.")
    raise typer.Exit(1 if found and not (repair and all(each.mendable for each in found)) else 0)


def _differs(count: "Count") -> str:
    """Return what is wrong with a product, in words."""
    said = []
    if count.sold != count.ordered:
        said.append(f"{count.sold} sold, {count.ordered} ordered")
    if count.held != count.in_holds:
        said.append(f"{count.held} held, {count.in_holds} in holds")
    if count.oversold:
        said.append(f"{count.oversold} more than there were")
    if count.rows != count.moves:
        said.append(f"{count.moves} changes, {count.rows} rows of changes (nothing makes them up)")
    if count.returned_by_rows != count.returned:
        said.append(f"{count.returned} came back, {count.returned_by_rows} by the rows of changes")
    if count.held_by_rows != count.in_holds:
        said.append(f"{count.in_holds} in holds, {count.held_by_rows} by the rows of changes")
    if count.entered not in (None, count.on_hand):
        said.append(f"{count.on_hand} on hand, {count.entered} by the rows of changes")
    if count.waiting != count.in_line:
        said.append(f"{count.waiting} waiting, {count.in_line} in line")
    return "; ".join(said)


async def _take_stock(settings: Settings, *, repair: bool) -> "list[Count]":
    from server.db.engine import Database
    from server.shop.stocktaking import repair_stock, take_stock

    database = Database(database_url(settings), pool_size=1)
    try:
        async with database.write() as connection:
            return await (repair_stock(connection) if repair else take_stock(connection))
    finally:
        await database.close()


@app.command()
def rollup(
    show: Annotated[str | None, typer.Argument(help="A show's id; else all shows.")] = None,
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare only. Exit code 1 if any differ.")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Derive them anew from the facts, and say what had differed.")
    ] = False,
) -> None:
    """Compare the rollups that figures are read from with the facts that they come from, or rebuild them."""
    if verify == rebuild:
        raise typer.BadParameter("one of --verify and --rebuild is needed")
    with database_for(launch.load_settings()) as settings:
        found = run(_compare_rollups(settings, show, rebuild=rebuild))
        untrue = run(_compare_final(settings, show)) if verify else []
    for each in found:
        typer.echo(
            f"{each.show_id} {each.viewer_id}: {each.column} {each.kept} in the rollup, {each.derived} in the facts"
        )
    for line in untrue:
        typer.echo(line)
    done = "rebuilt" if rebuild else "differ"
    console.print(f"{len(found)} {done}." if found else "The rollups are what the facts come to.")
    if verify:
        console.print(
            f"{len(untrue)} stored reports differ."
            if untrue
            else "Stored reports are what the facts come to."
        )
    raise typer.Exit(1 if (found or untrue) and verify else 0)


async def _compare_final(settings: Settings, show: str | None) -> list[str]:
    from server.clock import SystemClock
    from server.db.engine import Database
    from server.stats.service import Reports

    database = Database(database_url(settings), pool_size=2)
    try:
        return [line async for line in Reports(database, SystemClock()).verify(show)]
    finally:
        await database.close()


async def _compare_rollups(settings: Settings, show: str | None, *, rebuild: bool) -> "list[Difference]":
    from server.db.engine import Database
    from server.ledger.rollup_repository import find_shows, is_show, rebuild_and_compare, verify_rollups
    from server.sealing.repository import read_sealed
    from server.sealing.unsealing import facts_of

    database, found = Database(database_url(settings), pool_size=2), []
    try:
        async with database.read() as connection:
            if show is not None and not await is_show(connection, show):
                raise Trouble(
                    f"there is no show {show!r}", "the shows of a channel are at /v1/shows?channel=…"
                )
            sealed = [row.show_id for row in await read_sealed(connection, show) if row.state == "sealed"]
            if not rebuild and show not in sealed:
                found += await verify_rollups(connection, show)
            shows = await find_shows(connection, show)
        if not rebuild:
            for each in sealed:
                async with facts_of(database, [each]) as connection:
                    found += await verify_rollups(connection, each)
            return found
        for each in shows:  # a transaction of each: those who write wait for one show only
            async with database.write() as connection:
                found += await rebuild_and_compare(connection, each)
        return found
    finally:
        await database.close()
