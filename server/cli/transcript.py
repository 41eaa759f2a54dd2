"""The command that writes what was said and done in a show: `transcript`."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal

import typer

from server.cli.figures import Show, hand_over
from server.cli.program import app, database_url, run
from server.running import launch
from server.running.engines import database_for
from server.running.trouble import Trouble
from server.settings import Settings


@app.command()
def transcript(
    show: Show,
    of: Annotated[
        str,
        typer.Option(
            "--of",
            help="questions, votes, answers, comments, polls, poll_answers, reports, sanctions or audit.",
        ),
    ],
    *,
    form: Annotated[
        Literal["csv", "jsonl"], typer.Option("--format", help="The same columns in both.")
    ] = "csv",
    names: Annotated[
        bool,
        typer.Option(help="Viewers under their ids and names, not each under a word that leads to nobody."),
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A file; else standard output.")
    ] = None,
    bom: Annotated[bool, typer.Option(help="A byte order mark first, for spreadsheets that guess.")] = False,
) -> None:
    """What was said and done in a show, line by line, as a file; CSV is safe from spreadsheet formulas."""
    from server.transcript.kinds import KINDS

    if of not in KINDS:
        raise Trouble(f"there is no kind {of!r}", f"name one of {', '.join(KINDS)}")
    with tempfile.TemporaryDirectory(prefix="showfloor-transcript-") as folder:
        file = Path(folder, "transcript")
        with database_for(launch.load_settings()) as settings:
            run(_write(settings, show, of, form, file, names=names, bom=bom))
        hand_over(file, output)


async def _write(
    settings: Settings,
    show: str,
    of: str,
    form: Literal["csv", "jsonl"],
    file: Path,
    *,
    names: bool,
    bom: bool,
) -> None:
    from server.db.engine import Database
    from server.errors import RefusedError
    from server.questions.pseudonyms import Pseudonyms
    from server.transcript.kinds import KINDS
    from server.transcript.service import Transcripts

    database = Database(database_url(settings), pool_size=1)
    transcripts = Transcripts(database, Pseudonyms(settings.signing_secret()))
    try:
        with file.open("wb") as stream:
            await transcripts.write(show, KINDS[of], form, stream, names=names, bom=bom)
    except RefusedError:
        raise Trouble(
            f"there is no show {show!r}", "the shows of a channel are at /v1/shows?channel=…"
        ) from None
    finally:
        await database.close()
