"""Commands that keep what is in the database: `backup`, `restore`."""

from pathlib import Path
from typing import Annotated

import typer

from server.cli.program import app, database_url
from server.running import launch
from server.running.engines import Start, database_for, engines_for
from server.running.launch import console


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; - for standard output.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    """Write the whole database to one file, as it is at one moment. Servers may run meanwhile.

    The file is in pg_dump's custom format, holds what people wrote and bought, and is readable by you alone. Pictures that are kept in a
    folder go beside it, into FILE.pictures.tar, and files of sealed shows into FILE.sealed.tar.
    """
    from server.running.backup import back_up, back_up_to_output
    from server.running.pictures_beside import archive_beside, back_up_pictures
    from server.running.sealed_beside import back_up_sealed, read_seals, sealed_beside

    with database_for(launch.load_settings()) as settings:
        url = database_url(settings)
        seals = read_seals(settings)
        holdings = back_up_to_output(url) if str(file) == "-" else back_up(url, file, force=force)
        pictures = None if str(file) == "-" else back_up_pictures(settings, file)
        sealed = 0 if str(file) == "-" else back_up_sealed(settings, file, seals)
    size = "" if str(file) == "-" else f" ({file.stat().st_size / 1e6:,.1f} MB)"
    beside = "" if pictures is None else f"; {pictures:,} files of pictures in {archive_beside(file).name}"
    beside += f"; {sealed:,} sealed files in {sealed_beside(file).name}" if sealed else ""
    console.print(f"{'Written' if str(file) == '-' else file}{size}: {holdings}{beside}")


@app.command()
def restore(
    file: Annotated[
        Path, typer.Argument(help="A file that `showfloor backup` has written; - for standard input.")
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove everything that is in the database first.")
    ] = False,
) -> None:
    """Bring the database to what a backup holds, and to the newest schema: all of it or nothing. No server may run.

    Journals get new epochs, so that viewers who come back get a fresh snapshot; what Redis holds of the time after is forgotten.
    """
    from server.running.pictures_beside import restore_pictures
    from server.running.restore import restore as bring_back
    from server.running.sealed_beside import restore_sealed

    with engines_for(launch.load_settings(), Start.OWN) as settings:
        holdings = bring_back(settings, file, replace=replace)
        pictures = restore_pictures(settings, file)
        sealed, missing = restore_sealed(settings, file)
    beside = f"; {pictures:,} files of pictures" if pictures else ""
    console.print(f"Restored: {holdings}{beside}" + (f"; {sealed:,} sealed files" if sealed else ""))
    if missing:
        console.print(f"{missing:,} sealed files are missing: bring them back from where they were kept.")
