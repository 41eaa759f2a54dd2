"""Fixtures of these tests."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url

from server.db.engine import Database
from server.embedded import PostgresProcess
from tests.integration.stats.hand_made import add_channel
from tests.support.databases import copy_database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The test's database, empty."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def elsewhere(
    postgres: PostgresProcess, migrated_template: str, database_url: str
) -> AsyncIterator[Database]:
    """Another installation, with the same channel and catalogue."""
    name = f"{make_url(database_url).database}_elsewhere"
    copy_database(postgres, name, migrated_template)
    opened = Database(postgres.url(name))
    async with opened.write() as connection:
        await add_channel(connection)
    yield opened
    await opened.close()
    postgres.drop_database(name)
