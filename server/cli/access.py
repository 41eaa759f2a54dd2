"""Commands that let people in: `token`."""

from datetime import timedelta
from typing import Annotated, Literal

import typer

from server.access.roles import Role
from server.access.tokens import tokens_for
from server.cli.program import app, run
from server.clock import SystemClock
from server.running import launch
from server.running.engines import database_for
from server.running.trouble import Trouble
from server.settings import Settings

RoleName = Literal["viewer", "moderator", "host", "analyst", "admin"]


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
    settings = launch.load_settings()
    lifetime = None if hours is None else timedelta(hours=hours)
    if not code:
        typer.echo(_make_token(settings, role, channel, subject, lifetime))
        return
    with database_for(settings) as ready:
        typer.echo(run(_make_code(ready, role, channel, subject or role, lifetime)))


def _make_token(
    settings: Settings, role: Role, channel_id: str, subject: str | None, lifetime: timedelta | None
) -> str:
    """Return a token for `role` in a channel, signed with the settings' secret; nothing is read from a database."""
    tokens = tokens_for(settings, SystemClock())
    member = tokens.new_member(channel_id, role, name=role.capitalize(), viewer_id=subject, lifetime=lifetime)
    return tokens.sign(member)


async def _make_code(
    settings: Settings, role: Role, channel_id: str, subject: str, lifetime: timedelta | None
) -> str:
    """Return a new sign-in code, good for one use; `subject` is the name that its bearer is shown by."""
    from server.access.sign_in import CODE_LIFETIME, SignIn
    from server.db.engine import Database

    if settings.database_url is None:
        raise Trouble("a sign-in code is kept in SQL, and there is no database", "set SHOWFLOOR_DATABASE_URL")
    database, clock = Database(settings.database_url, pool_size=1), SystemClock()
    try:
        sign_in = SignIn(database, tokens_for(settings, clock), clock)
        return await sign_in.issue_code(channel_id, role, subject=subject, lifetime=lifetime or CODE_LIFETIME)
    finally:
        await database.close()
