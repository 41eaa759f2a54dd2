"""The stage that the features' tests play on."""

from collections.abc import AsyncIterator, Iterator

import pytest

from server.embedded import PostgresProcess
from tests.support.databases import copy_database, empty_database
from tests.support.stage import Stage, open_stage

DATABASE = "features"


@pytest.fixture(scope="module")
def shared_database_url(postgres: PostgresProcess, migrated_template: str) -> Iterator[str]:
    """One database for the tests of a module: emptying its tables is quicker than making another."""
    copy_database(postgres, DATABASE, migrated_template)
    yield postgres.url(DATABASE)
    postgres.drop_database(DATABASE)


@pytest.fixture
def database_url(shared_database_url: str) -> str:
    """The module's database, with no rows."""
    empty_database(shared_database_url)
    return shared_database_url


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """A set stage: channel `demo` with a live show and products, and another channel beside it."""
    async with open_stage(database_url) as stage:
        yield stage


@pytest.fixture
async def second(stage: Stage, database_url: str) -> AsyncIterator[Stage]:
    """A second process on the same stage: its own connections, journal and services."""
    async with open_stage(database_url, empty=True) as second:
        yield second
