"""The role of other tools, such as Metabase: it reads the views of the schema `analytics`, and nothing else."""

from typing import Final

from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncConnection

SCHEMA: Final = "analytics"
STATEMENT_SECONDS_MAX: Final = 60
"""No query of the role's runs longer: those who sell come first."""
_GRANTS: Final = (
    "GRANT USAGE ON SCHEMA analytics TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA analytics TO {role}",
    "ALTER ROLE {role} SET search_path = analytics",
    "ALTER ROLE {role} SET default_transaction_read_only = on",
    "ALTER ROLE {role} SET statement_timeout = {timeout}",
)


async def make_role(connection: AsyncConnection, name: str, password: str) -> bool:
    """Make the role, or give the one that is there the password and its rights anew; return whether it is new.

    Raises an error of SQL's where the database's own user may make no roles.
    """
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None, "a connection in a transaction has a driver connection"
    async with raw.cursor() as cursor:
        await cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", (name,))
        (known,) = await cursor.fetchone()
        role, verb = sql.Identifier(name), sql.SQL("ALTER" if known else "CREATE")
        made = sql.SQL("{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {password}")
        await cursor.execute(made.format(verb=verb, role=role, password=sql.Literal(password)))
        timeout = sql.Literal(f"{STATEMENT_SECONDS_MAX}s")
        for grant in _GRANTS:
            await cursor.execute(sql.SQL(grant).format(role=role, timeout=timeout))
    return not known
