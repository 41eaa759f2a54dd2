"""A stage whose holds can be paid."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import MakeSettings
from tests.support.till import Till, open_till


@pytest.fixture
async def till(make_settings: MakeSettings) -> AsyncIterator[Till]:
    """A stage with payments, the fake provider and the poller, on a clock that stands."""
    async with open_till(make_settings()) as till:
        yield till
