"""Databases made and emptied in a moment: a test is to wait for what it tests, not for the disk."""

from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from server.embedded import PostgresProcess

Connection = psycopg.Connection[tuple[Any, ...]]

# Whatever a migration, or a test, may have made or changed, as one text that is compared.
_SCHEMA = """
    SELECT md5(string_agg(what, E'\n' ORDER BY what)) FROM (
        SELECT concat_ws(' ', attrelid::regclass, attname, atttypid::regtype, attnotnull, attnum) FROM pg_attribute
            WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        UNION ALL SELECT concat_ws(' ', adrelid::regclass, adnum, pg_get_expr(adbin, adrelid)) FROM pg_attrdef
        UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, convalidated) FROM pg_constraint
        UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT concat_ws(' ', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', setrole, setconfig::text) FROM pg_db_role_setting
            WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
        UNION ALL (TABLE alembic_version)
    ) AS schema (what)
"""
_SEND_OTHERS_AWAY = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES = """
    SELECT relname, pg_relation_size(oid) > 4000000 FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
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
        self._schema: object = None
        self._first_rows: dict[str, str] = {}
        """By table: the rows that migrations have written, as JSON."""

    def emptied(self) -> str:
        """Return its address: as the template is, and nobody connected."""
        url = self._postgres.url(self._name)
        if self._schema is None or not self._could_empty(url):
            self._make_anew(url)
        return url

    def _could_empty(self, url: str) -> bool:
        with _connect(url) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(_SEND_OTHERS_AWAY)
            if _schema_of(connection) != self._schema:
                return False
            with connection.transaction():
                _empty(connection)
                for name, rows in self._first_rows.items():
                    connection.execute(_WRITE_ROWS.format(table=Identifier(name)), [rows])
            return True

    def _make_anew(self, url: str) -> None:
        self._postgres.drop_database(self._name)
        copy_database(self._postgres, self._name, self._template)
        with _connect(url) as connection:
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
            connection.execute(SQL("TRUNCATE {}").format(names))
        else:  # takes a sixth of the time of new files
            for name in _tables_with_rows(connection, [name for name, _ in tables]):
                connection.execute(SQL("DELETE FROM {}").format(Identifier(name)))
        connection.execute(_NUMBERS_ANEW)


def _tables_of(connection: Connection) -> list[tuple[str, bool]]:
    """Return every table's name, and whether it is large. Which tables Python knows depends on what a test has imported."""
    return [(name, large) for name, large in connection.execute(_TABLES)]


def _tables_with_rows(connection: Connection, tables: list[str]) -> list[str]:
    one = SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    every = SQL(" UNION ALL ").join(one.format(name, Identifier(name)) for name in tables)
    return [name for (name,) in connection.execute(every)]


def _schema_of(connection: Connection) -> object:
    found = connection.execute(_SCHEMA).fetchone()
    assert found is not None, "an aggregate has a row"
    return found[0]


def _connect(url: str) -> Connection:
    return psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True)
