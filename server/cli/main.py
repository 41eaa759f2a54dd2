"""The program `showfloor`: its groups of commands put together, and an expected fault said in one line."""

import sys

from rich.markup import escape

from server.cli import (
    access,
    channels,
    configuration,
    figures,
    giveaways,
    history,
    mail,
    privacy,
    query,
    safekeeping,
    sealing,
    serve,
    transcript,
    upkeep,
)
from server.cli.program import app
from server.running import launch
from server.running.launch import console
from server.running.trouble import explain

__all__ = [
    "access",
    "app",
    "channels",
    "configuration",
    "figures",
    "giveaways",
    "history",
    "mail",
    "main",
    "privacy",
    "query",
    "safekeeping",
    "sealing",
    "serve",
    "transcript",
    "upkeep",
]


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
