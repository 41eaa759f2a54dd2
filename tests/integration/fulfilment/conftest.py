"""A stage whose orders can be paid and given back."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import MakeSettings
from tests.support.till import Till, open_till


@pytest.fixture
async def till(make_settings: MakeSettings) -> AsyncIterator[Till]:
    """A stage with payments, refunds, the fake provider and what goes on with both, on a clock that stands."""
    async with open_till(make_settings()) as till:
        yield till
