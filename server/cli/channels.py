"""Commands about channels and their people: `channel create`, `channel list`, `invite`."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from server.channels.rules import (
    Language,
    MemberRole,
    Plan,
    channel_name,
    email_address,
    known_currency,
    known_zone,
)
from server.cli.program import app, database_url, run
from server.clock import SystemClock
from server.running import launch
from server.running.engines import database_for, database_made_for
from server.running.launch import console
from server.running.trouble import Trouble
from server.settings import Settings

if TYPE_CHECKING:
    from server.running.channel_terminal import ChannelTerminal

T = TypeVar("T")
INVITATION_HOURS = 72
Url = Annotated[
    str, typer.Option(help="Where the studio is reached; the link that is printed begins with it.")
]
Email = Annotated[str | None, typer.Option(help="What the form is filled in with; nothing is sent.")]

channels = typer.Typer(help="Channels: make one, see which there are.", no_args_is_help=True)
app.add_typer(channels, name="channel")


@channels.command("create")
def create(
    name: Annotated[str, typer.Argument(help='What viewers see, such as "Aoi\'s kitchen".')],
    *,
    currency: Annotated[str, typer.Option(help="ISO 4217, such as JPY; it never changes.")],
    time_zone: Annotated[str, typer.Option(help="An IANA name, such as Asia/Tokyo.")],
    language: Annotated[Language, typer.Option(help="What its people read.")] = "en",
    email: Email = None,
    id: Annotated[
        str | None, typer.Option("--id", help="The channel's id, such as aoi; else a new one.")
    ] = None,
    url: Url = launch.DEFAULT_URL,
) -> None:
    """Make a channel, and print the link by which its first admin joins. The link works once, for three days."""
    plan = Plan(channel_name(name), known_currency(currency), known_zone(time_zone), language)
    address = email_address(email) if email else ""

    async def make(terminal: "ChannelTerminal") -> tuple[str, str]:
        return await terminal.create(plan, _checked_id(id), address, timedelta(hours=INVITATION_HOURS))

    channel_id, path = _with_terminal(make, database_made_for)
    console.print(
        f"The channel is {channel_id}. Its admin joins here, once, within {INVITATION_HOURS} hours:"
    )
    typer.echo(f"{url.rstrip('/')}{path}")


@channels.command("list")
def list_channels() -> None:
    """Print the channels: id, currency, time zone and name, the oldest first."""

    async def look(terminal: "ChannelTerminal") -> list[str]:
        return [f"{row.id}\t{row.currency}\t{row.time_zone}\t{row.name}" for row in await terminal.channels()]

    for line in _with_terminal(look):
        typer.echo(line)


@app.command()
def invite(
    role: Annotated[MemberRole, typer.Option(help="What the person is in the channel.")],
    channel: Annotated[
        str | None, typer.Option(help="The channel's id; needed where there are several.")
    ] = None,
    email: Email = None,
    hours: Annotated[
        int, typer.Option(min=1, max=24 * 30, help="How long the link works.")
    ] = INVITATION_HOURS,
    url: Url = launch.DEFAULT_URL,
) -> None:
    """Print a link by which one person joins a channel. It works once; nobody is sent anything."""
    address = email_address(email) if email else ""

    async def make(terminal: "ChannelTerminal") -> tuple[str, str]:
        return await terminal.invite(channel, role, address, timedelta(hours=hours))

    name, path = _with_terminal(make)
    console.print(f"Whoever opens this link joins {name} as {role}, once, within {hours} hours:")
    typer.echo(f"{url.rstrip('/')}{path}")


def _checked_id(id: str | None) -> str | None:
    if id is None or (0 < len(id) <= 40 and id.replace("-", "").replace("_", "").isalnum() and id.isascii()):
        return id
    raise Trouble(f"{id!r} is no id", "use up to 40 letters, digits, - and _")


def _with_terminal(
    do: Callable[["ChannelTerminal"], Awaitable[T]],
    database: Callable[[Settings], AbstractContextManager[Settings]] = database_for,
) -> T:
    with database(launch.load_settings()) as ready:
        return run(_run(ready, do))


async def _run(settings: Settings, do: Callable[["ChannelTerminal"], Awaitable[T]]) -> T:
    from server.running.channel_terminal import ChannelTerminal

    async with ChannelTerminal.opened(settings, database_url(settings), SystemClock()) as terminal:
        return await do(terminal)
