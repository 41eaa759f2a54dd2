"""`showfloor query`: a question from a file, answered as the API answers it, or as a table."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from server.cli.program import app, database_url, run
from server.running import launch
from server.running.engines import database_for
from server.running.trouble import Trouble
from server.settings import Settings

if TYPE_CHECKING:
    from server.query.answer import QueryAnswer
    from server.query.grammar import Query


@app.command()
def query(
    file: Annotated[
        str, typer.Argument(help="A file with a question in JSON (docs/query.md); - is standard input.")
    ],
    *,
    channel: Annotated[str, typer.Option(help="A channel's id.")],
    form: Annotated[
        Literal["json", "csv"],
        typer.Option("--format", help="The answer as the API gives it, or its rows as a table."),
    ] = "json",
) -> None:
    """Ask for figures of your own choice: metrics by dimensions, filtered, over a period."""
    from server.query.answer import as_table
    from server.stats.export import csv_chunks

    question = _read(file)
    with database_for(launch.load_settings()) as settings:
        answer = run(_ask(settings, channel, question))
    if form == "json":
        typer.echo(answer.model_dump_json(indent=2))
        return
    for chunk in csv_chunks(as_table(answer)):
        sys.stdout.write(chunk)


def _read(file: str) -> "Query":
    from pydantic import ValidationError

    from server.query.grammar import Query

    try:
        given = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise Trouble(
            f"{file} cannot be read ({error.strerror})", "name a file that is there, or -"
        ) from None
    try:
        return Query.model_validate_json(given)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'/'.join(map(str, each['loc'])) or 'it'}: {each['msg']}" for each in error.errors()
        )
        raise Trouble(f"{file} is no question ({wrong})", "see docs/query.md") from None


async def _ask(settings: Settings, channel: str, question: "Query") -> "QueryAnswer":
    from server.clock import SystemClock
    from server.db.engine import Database
    from server.errors import RefusedError
    from server.query.service import Queries
    from server.stats.columns.shelf import FOLDER, Shelf

    database = Database(database_url(settings), pool_size=2)
    shelf = Shelf(settings.data.absolute() / FOLDER)
    try:
        return await Queries(database, SystemClock(), shelf).answer(channel, question)
    except RefusedError as error:
        raise Trouble(
            error.message, "see docs/query.md; `showfloor channel list` names the channels"
        ) from None
    finally:
        await database.close()
