"""The one Typer program that the groups of commands add themselves to, and what several of them need."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer

from server.settings import Settings

T = TypeVar("T")

app = typer.Typer(
    name="showfloor",
    help="The interaction backend of live-stream commerce.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Host = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 for any free one.")]


def database_url(settings: Settings) -> str:
    """Return the database's address, which `engines_for` has put in."""
    assert settings.database_url is not None, "engines_for puts it in"
    return settings.database_url


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine in an event loop of its own."""
    with asyncio.Runner() as runner:
        return runner.run(work)
