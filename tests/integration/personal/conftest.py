"""What every test of what is personal may ask for."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.personal.personal_world import World, personal_world


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """A live show with viewers who were there before."""
    async with personal_world(database_url) as made:
        yield made
