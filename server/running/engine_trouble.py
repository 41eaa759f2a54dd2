"""What PostgreSQL and Redis may answer at a start, in words for people, each with its own way to mend it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from redis.exceptions import (
    AuthenticationError,
    ClusterError,
    ConnectionError,
    NoPermissionError,
    RedisError,
    ResponseError,
)
from sqlalchemy.exc import DBAPIError, ProgrammingError

from server.running.trouble import Trouble

_CORRECT_URL = "correct SHOWFLOOR_DATABASE_URL"
# By SQLSTATE; what is refused while connecting carries none, and is told by its text.
_BY_STATE = {
    "42501": ("may not do that", "let it own the database, or run `showfloor migrate` as its owner"),
    "25006": ("it only reads", "give the address of the primary in SHOWFLOOR_DATABASE_URL"),
    "53100": ("its disk is full", "make room on the database's disk"),
    "53300": (
        "it takes no more connections",
        "raise max_connections, or lower SHOWFLOOR_DATABASE_POOL_SIZE",
    ),
}
_BY_TEXT = {
    "password authentication failed": ("refuses the password", _CORRECT_URL),
    "no password supplied": (
        "asks for a password",
        f"{_CORRECT_URL}: postgresql://user:password@host:5432/name",
    ),
    "no pg_hba.conf entry": ("does not let this user in from here", "allow it in pg_hba.conf"),
    "role ": ("does not know the user", f"{_CORRECT_URL}, or make the user with `createuser`"),
    "database ": ("has no such database", f"make it with `createdb`, or {_CORRECT_URL}"),
    "too many clients": _BY_STATE["53300"],
    "remaining connection slots": _BY_STATE["53300"],
    "starting up": ("is not up yet", "try again in a moment"),
}
_NO_SUCH_NUMBER = ("Invalid Database", "DB index is out of range")
"""redis-py's words, and Redis's, when SELECT is refused while connecting."""
_TOOK_TOO_LONG = ("55P03", "57014")


def explain_sql(error: DBAPIError | psycopg.Error) -> Trouble:
    """Return what PostgreSQL refused, or that it cannot be reached, with PostgreSQL's own reason in brackets."""
    driver_error = error.orig if isinstance(error, DBAPIError) else error
    reason = _first_line(driver_error) or type(error).__name__
    state = getattr(driver_error, "sqlstate", None) or ""
    if state in _TOOK_TOO_LONG:
        return Trouble(
            f"the database took too long, and nothing was changed ({reason})",
            "end what keeps its tables (pg_stat_activity shows it), or try again when less is going on",
        )
    if state in _BY_STATE:
        what, mend = _BY_STATE[state]
        subject = "this user of the database" if state == "42501" else "the database cannot be used:"
        return Trouble(f"{subject} {what} ({reason})", mend)
    if isinstance(error, ProgrammingError) or state.startswith("42"):
        return Trouble(f"the database's tables are not as expected ({reason})", "run `showfloor migrate`")
    for text, (what, mend) in _BY_TEXT.items():
        if f"FATAL:  {text}" in reason or (text in reason and not text.endswith(" ")):
            return Trouble(f"the database cannot be reached: PostgreSQL {what} ({reason})", mend)
    return Trouble(
        f"the database cannot be reached ({reason})",
        "start PostgreSQL, or correct SHOWFLOOR_DATABASE_URL; `showfloor doctor` tells more",
    )


def _first_line(error: BaseException | None) -> str:
    """Return the line that says why: libpq tries several addresses and writes a line for each."""
    lines = [line.strip() for line in str(error or "").strip().splitlines()]
    return next((line for line in lines if "FATAL:" in line), lines[0] if lines else "")


def explain_redis(error: RedisError) -> Trouble:
    """Return what Redis refused, or that it cannot be reached."""
    reason = _first_line(error) or type(error).__name__
    if isinstance(error, AuthenticationError):
        return Trouble(
            f"Redis does not let us in ({reason})",
            "correct the name and password in SHOWFLOOR_REDIS_URL: redis://user:password@host:6379/0",
        )
    if isinstance(error, NoPermissionError):
        return Trouble(f"Redis does not allow this user enough ({reason})", "allow it all commands and keys")
    if isinstance(error, ResponseError):
        return Trouble(f"Redis cannot be used ({reason})", "correct SHOWFLOOR_REDIS_URL")
    return Trouble(
        f"Redis cannot be reached ({reason})", "start Redis or Valkey, or correct SHOWFLOOR_REDIS_URL"
    )


def no_redis_address() -> Trouble:
    """Return the trouble of a Redis URL that is none."""
    return Trouble(
        "SHOWFLOOR_REDIS_URL is not the address of a Redis", "write it as redis://host:6379/0 or rediss://…"
    )


@contextmanager
def redis_in_words() -> Iterator[None]:
    """Turn what Redis refuses for good (a password, a right, a database number) into `Trouble`; other errors pass."""
    try:
        yield
    except ClusterError:
        raise  # a cluster that moves slots or is down now may answer later
    except (AuthenticationError, ResponseError) as error:
        raise explain_redis(error) from None
    except ConnectionError as error:
        if str(error) not in _NO_SUCH_NUMBER:
            raise
        raise Trouble(
            "Redis has no database of this number", "correct SHOWFLOOR_REDIS_URL, such as redis://host:6379/0"
        ) from None
