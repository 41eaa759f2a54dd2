"""Databases made and dropped in a moment: a test is to wait for what it tests, not for the disk."""

import psycopg
from psycopg.sql import SQL, Identifier

from server.embedded import PostgresProcess


def spare_the_disk(postgres: PostgresProcess) -> None:
    """Let it write without waiting for the disk: nobody kills this one, and with the tests its data go.

    What is durable, and after which kill, is shown on engines that keep their settings.
    """
    with _connect(postgres) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")


def copy_database(postgres: PostgresProcess, name: str, template: str) -> None:
    """Make a database as a copy of another one's files, which takes a tenth of writing them to the log too."""
    statement = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    with _connect(postgres) as connection:
        connection.execute(statement.format(Identifier(name), Identifier(template)))


def empty_database(url: str) -> None:
    """Remove all rows, and begin the numbers anew."""
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        # Asked of the database: which tables Python knows depends on which modules a test has imported.
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        names = [Identifier(name) for (name,) in found if name != "alembic_version"]
        connection.execute(SQL("TRUNCATE {} RESTART IDENTITY").format(SQL(", ").join(names)))


def _connect(postgres: PostgresProcess) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(postgres.url().replace("+psycopg", "", 1), autocommit=True)
