"""Fixtures of these tests."""

from collections.abc import AsyncIterator

import pytest

from server.db.engine import Database
from server.settings import Settings
from tests.support.checker import Ledgers
from tests.support.servers import server, servers, set_stage, sign_for

__all__ = ["ledgers", "server", "servers", "set_stage", "sign_for"]


@pytest.fixture
async def ledgers(settings: Settings) -> AsyncIterator[Ledgers]:
    """What SQL says, to be held against what clients were told."""
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=2)
    yield Ledgers(database)
    await database.close()
