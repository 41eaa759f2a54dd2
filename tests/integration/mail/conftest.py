"""A stage with mail on it."""

from collections.abc import AsyncIterator

import pytest

from tests.support.mail import Post, open_post
from tests.support.mail_server import MailServer, mail_server
from tests.support.stage import Stage, open_stage


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """A set stage: channel `demo` with a live show and products."""
    async with open_stage(database_url) as stage:
        yield stage


@pytest.fixture
async def smtp() -> AsyncIterator[MailServer]:
    """A real SMTP server."""
    async with mail_server() as server:
        yield server


@pytest.fixture
async def post(stage: Stage, smtp: MailServer) -> AsyncIterator[Post]:
    """Mail of a channel that says who writes, sent by the server."""
    post = open_post(stage, smtp)
    await post.open_channel()
    yield post
    await post.worker.close()
