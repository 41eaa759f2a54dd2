"""The stage that the features' tests play on."""

from collections.abc import AsyncIterator

import pytest

from tests.support.stage import Stage, open_stage


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
