"""Databases made and emptied in a moment: a test is to wait for what it tests, not for the disk."""

from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from server.embedded import PostgresProcess

Connection = psycopg.Connection[tuple[Any, ...]]

# Whatever a migration, or a test, may have made or changed: how many rows describe it, and the youngest transaction that wrote one.
# What was changed and changed back counts as changed.
_SCHEMA = """
    SELECT (SELECT (count(*), max(xmin::text::bigint)) FROM pg_attribute)::text,
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_attrdef)::text,
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_constraint)::text,
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_index)::text,
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_trigger)::text,
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_proc)::text,
        (SELECT string_agg(concat_ws(' ', setrole, setconfig::text), ' ') FROM pg_db_role_setting
            WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())),
        (SELECT string_agg(version_num, ' ') FROM alembic_version)
"""
_SEND_OTHERS_AWAY = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# Those that have had rows since they were made; most have not.
_TABLES = """
    SELECT relname, size > 4000000 FROM pg_class, pg_relation_size(oid) AS size
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' AND size > 0
"""
_NUMBERS_ANEW = """
    SELECT setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
_READ_ROWS = SQL("SELECT json_agg(t)::text FROM {} AS t")
_WRITE_ROWS = SQL("INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s)")


class SharedDatabase:
    """One database that tests have one after another: emptying it takes a tenth of making another.

    A test that has changed more than rows costs the next one a new copy, and leaves it nothing.
    """

    def __init__(self, postgres: PostgresProcess, name: str, template: str) -> None:
        self._postgres, self._name, self._template = postgres, name, template
        self._connection: Connection | None = None
        """It stays open: a new one has to learn every table first, which takes most of the time."""
        self._schema: object = None
        self._first_rows: dict[str, str] = {}
        """By table: the rows that migrations have written, as JSON."""

    def emptied(self) -> str:
        """Return its address: as the template is, and nobody connected who could change it."""
        if self._connection is None or not self._could_empty(self._connection):
            self._make_anew()
        return self._postgres.url(self._name)

    def _could_empty(self, connection: Connection) -> bool:
        try:
            connection.execute(_SEND_OTHERS_AWAY)
            if _schema_of(connection) != self._schema:
                return False
            with connection.transaction():
                _empty(connection)
                for name, rows in self._first_rows.items():
                    connection.execute(_WRITE_ROWS.format(table=Identifier(name)), [rows])
            return True
        except psycopg.OperationalError:  # a test has ended every connection there was
            return False

    def _make_anew(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._postgres.drop_database(self._name)
        copy_database(self._postgres, self._name, self._template)
        self._connection = connection = _connect(self._postgres.url(self._name))
        self._schema = _schema_of(connection)
        for name in _tables_with_rows(connection, [name for name, _ in _tables_of(connection)]):
            rows = connection.execute(_READ_ROWS.format(Identifier(name))).fetchone()
            assert rows is not None, "an aggregate has a row"
            self._first_rows[name] = rows[0]


def spare_the_disk(postgres: PostgresProcess) -> None:
    """Let it write without waiting for the disk: nobody kills this one, and with the tests its data go.

    What is durable, and after which kill, is shown on engines that keep their settings.
    """
    with _connect(postgres.url()) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")


def copy_database(postgres: PostgresProcess, name: str, template: str) -> None:
    """Make a database as a copy of another one's files, which takes a tenth of writing them to the log too."""
    statement = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    with _connect(postgres.url()) as connection:
        connection.execute(statement.format(Identifier(name), Identifier(template)))


def empty_database(url: str) -> None:
    """Remove all rows, and begin the numbers anew."""
    with _connect(url) as connection:
        _empty(connection)


def _empty(connection: Connection) -> None:
    tables = _tables_of(connection)
    with connection.transaction():
        # Of its own triggers and keys none looks: what is removed is everything.
        connection.execute("SET LOCAL session_replication_role = replica")
        if any(large for _, large in tables):
            names = SQL(", ").join(Identifier(name) for name, _ in tables)
            connection.execute(SQL("TRUNCATE {} CASCADE").format(names))  # to empty ones that point at them
        else:  # takes a sixth of the time of new files
            for name in _tables_with_rows(connection, [name for name, _ in tables]):
                connection.execute(SQL("DELETE FROM {}").format(Identifier(name)))
        connection.execute(_NUMBERS_ANEW)


def _tables_of(connection: Connection) -> list[tuple[str, bool]]:
    """Return the name of every table that may have rows, and whether it is large; Python may not have imported them all."""
    return [(name, large) for name, large in connection.execute(_TABLES)]


def _tables_with_rows(connection: Connection, tables: list[str]) -> list[str]:
    if not tables:
        return []
    one = SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    every = SQL(" UNION ALL ").join(one.format(name, Identifier(name)) for name in tables)
    return [name for (name,) in connection.execute(every)]


def _schema_of(connection: Connection) -> object:
    return connection.execute(_SCHEMA).fetchone()


def _connect(url: str) -> Connection:
    return psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True)
