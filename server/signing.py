"""Tokens and sign-in codes from the command line."""

from datetime import timedelta

from server.clock import SystemClock
from server.settings import Settings
from server.trouble import Trouble
from server.viewers.roles import Role
from server.viewers.tokens import Tokens


def make_token(
    settings: Settings, role: Role, channel_id: str, subject: str | None, lifetime: timedelta | None
) -> str:
    """Return a token for `role` in a channel, signed with the settings' secret; nothing is read from a database."""
    tokens = Tokens(settings.signing_secret(), SystemClock())
    member = tokens.new_member(channel_id, role, name=role.capitalize(), viewer_id=subject, lifetime=lifetime)
    return tokens.sign(member)


async def make_code(
    settings: Settings, role: Role, channel_id: str, subject: str, lifetime: timedelta | None
) -> str:
    """Return a new sign-in code, good for one use; `subject` is the name that its bearer is shown by."""
    from server.db.engine import Database
    from server.viewers.service import CODE_LIFETIME, SignIn

    if settings.database_url is None:
        raise Trouble("a sign-in code is kept in SQL, and there is no database", "set SHOWFLOOR_DATABASE_URL")
    database, clock = Database(settings.database_url, pool_size=1), SystemClock()
    try:
        sign_in = SignIn(database, Tokens(settings.signing_secret(), clock), clock)
        return await sign_in.issue_code(channel_id, role, subject=subject, lifetime=lifetime or CODE_LIFETIME)
    finally:
        await database.close()
