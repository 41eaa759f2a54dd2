"""Commands that let people in and out: `token`, `sign-out`."""

from datetime import timedelta
from typing import Annotated, Literal, NamedTuple

import typer

from server.access.people import person_of
from server.access.roles import Role
from server.access.tokens import NAME_CHARACTERS_MAX, tokens_for
from server.cli.program import app, run
from server.clock import SystemClock
from server.ids import new_id
from server.running import launch
from server.running.engines import database_for
from server.running.launch import console
from server.running.trouble import Trouble
from server.settings import Settings
from server.text import clean_line
from server.text.names import default_name, guest_number

RoleName = Literal["viewer", "moderator", "host", "analyst", "admin"]


@app.command()
def token(
    role: Annotated[RoleName, typer.Option(help="What its bearer is in the channel.")],
    channel: Annotated[str, typer.Option(help="The channel's id, such as demo.")],
    *,
    name: Annotated[
        str | None,
        typer.Option(
            help="The person: the same name in the same role is the same person. Else somebody new."
        ),
    ] = None,
    subject: Annotated[
        str | None, typer.Option(help="The bearer's id, instead of the one by the name.")
    ] = None,
    hours: Annotated[float | None, typer.Option(min=0.01, max=24 * 365, help="How long it is valid.")] = None,
    code: Annotated[
        bool, typer.Option("--code", help="A sign-in code for a page's address instead.")
    ] = False,
) -> None:
    """Print a signed token, alone, on standard output; it is valid wherever the secret is the same. Needs no database.

    With --code, print a code that signs in once within a quarter of an hour (or --hours): /host#code=…
    """
    settings = launch.load_settings()
    bearer = _bearer(role, channel, name, subject)
    lifetime = None if hours is None else timedelta(hours=hours)
    if not code:
        typer.echo(_make_token(settings, role, channel, bearer, lifetime))
        return
    with database_for(settings) as ready:
        typer.echo(run(_make_code(ready, role, channel, bearer, lifetime)))


class Bearer(NamedTuple):
    """A person: the id that they are known by, and the name that they are shown by."""

    id: str
    name: str


def _bearer(role: Role, channel_id: str, name: str | None, subject: str | None) -> Bearer:
    """Return who a token or a code is for; two without a name are two people."""
    if name is not None:
        shown = clean_line(name, characters_max=NAME_CHARACTERS_MAX)
        return Bearer(subject or person_of(channel_id, role, shown), shown)
    id = subject or new_id("m")
    called = default_name(id)
    return Bearer(id, called if role == "viewer" else f"{role.capitalize()} {guest_number(called)}")


def _make_token(
    settings: Settings, role: Role, channel_id: str, bearer: Bearer, lifetime: timedelta | None
) -> str:
    """Return a token for `role` in a channel, signed with the settings' secret; nothing is read from a database."""
    tokens = tokens_for(settings, SystemClock())
    member = tokens.new_member(channel_id, role, name=bearer.name, viewer_id=bearer.id, lifetime=lifetime)
    return tokens.sign(member)


async def _make_code(
    settings: Settings, role: Role, channel_id: str, bearer: Bearer, lifetime: timedelta | None
) -> str:
    """Return a new sign-in code, good for one use."""
    from server.access.sign_in import CODE_LIFETIME, SignIn
    from server.db.engine import Database

    if settings.database_url is None:
        raise Trouble("a sign-in code is kept in SQL, and there is no database", "set SHOWFLOOR_DATABASE_URL")
    database, clock = Database(settings.database_url, pool_size=1), SystemClock()
    try:
        sign_in = SignIn(database, tokens_for(settings, clock), clock)
        return await sign_in.issue_code(
            channel_id, role, subject=bearer.name, person=bearer.id, lifetime=lifetime or CODE_LIFETIME
        )
    finally:
        await database.close()


@app.command("sign-out")
def sign_out(
    channel: Annotated[str, typer.Option(help="The channel's id, such as demo.")] = "",
    role: Annotated[RoleName, typer.Option(help="The person's role there.")] = "host",
    name: Annotated[
        str | None, typer.Option(help="The person's name, as `showfloor token` was given it.")
    ] = None,
    subject: Annotated[
        str | None, typer.Option(help="The person's id, instead of name, role and channel.")
    ] = None,
    email: Annotated[
        str | None, typer.Option(help="The address that a person with an account signs in by, instead.")
    ] = None,
) -> None:
    """End everything that a person is signed in by, on every server within a second; they may sign in again."""
    if not (subject or email or (channel and name)):
        raise Trouble("nobody is named", "give --email, or --channel, --role and --name, or --subject")
    id = subject or person_of(channel, role, clean_line(name or "-", characters_max=NAME_CHARACTERS_MAX))
    with database_for(launch.load_settings()) as ready:
        ids = run(_sign_out(ready, [] if email and not subject else [id], email, channel or None))
    for each in ids:
        console.print(f"{each} is signed out.")


async def _sign_out(settings: Settings, ids: list[str], email: str | None, channel: str | None) -> list[str]:
    from server.running.channel_terminal import ChannelTerminal

    url = settings.database_url
    assert url is not None, "there is a database"
    async with ChannelTerminal.opened(settings, url, SystemClock()) as terminal:
        found = ids or await terminal.people_with(email or "", channel)
        for each in found:
            await terminal.sign_out(each)
    if not found:
        raise Trouble(f"nobody signs in by {email}", "look at the studio's list of people")
    return found
