"""What every test of plans may ask for."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.plan.plan_world import Planner, plan_world


@pytest.fixture
async def planner(database_url: str) -> AsyncIterator[Planner]:
    """A channel with shows and people, and somebody who plans."""
    async with plan_world(database_url) as world:
        yield world
