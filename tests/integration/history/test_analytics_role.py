"""The role of other tools reads the views, and nothing else."""

import psycopg
import pytest
from sqlalchemy import make_url

from server.db.analytics import make_role
from server.db.engine import Database
from tests.integration.stats.hand_made import make_the_show

ROLE = "metabase"
VIEWS = ("shows", "viewers", "orders", "questions", "products")


async def connected(database: Database, url: str) -> "psycopg.Connection[tuple[object, ...]]":
    async with database.write() as connection:
        await make_the_show(connection)
        await make_role(connection, ROLE, "a-long-password")
    async with database.write() as connection:
        assert not await make_role(connection, ROLE, "another-long-password"), "it is there already"
    address = make_url(url).set(drivername="postgresql", username=ROLE, password="another-long-password")
    return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)


async def test_the_role_reads_the_views_and_nothing_else(database: Database, database_url: str) -> None:
    with await connected(database, database_url) as role:
        counts = {view: role.execute(f"SELECT count(*) FROM {view}").fetchone() for view in VIEWS}
        (viewers,) = counts.pop("viewers") or (0,)
        assert viewers, "those of whom there is a row"
        assert counts == {"shows": (3,), "orders": (5,), "questions": (4,), "products": (2,)}
        tables = role.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert len(tables) > 50
        for (table,) in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                role.execute(f'SELECT FROM public."{table}" LIMIT 1')


async def test_it_writes_nothing_and_finds_no_words_of_people(database: Database, database_url: str) -> None:
    with await connected(database, database_url) as role:
        for statement in ("CREATE TABLE x (n int)", "UPDATE shows SET title = ''", "SET ROLE postgres"):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
                role.execute(statement)
        columns = role.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'analytics'"
        )
        names = {name for (name,) in columns.fetchall()}
        assert not names & {"author", "text", "answer_text", "payment", "key", "customer", "name"}
