"""The stage that the tests of viewers' own posts play on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.posts.pictures import PostPictures
from tests.integration.features.conftest import second, stage
from tests.support.pictures import post_pictures_in
from tests.support.servers import server, servers, set_stage, sign_for
from tests.support.stage import Stage

__all__ = ["second", "server", "servers", "set_stage", "sign_for", "stage"]


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[[Stage], PostPictures]:
    """Return what makes the pictures of a process: all have one folder."""
    return lambda stage: post_pictures_in(tmp_path / "pictures", stage.database, stage.clock)
