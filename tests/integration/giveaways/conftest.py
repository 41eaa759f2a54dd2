"""The stage that the tests of giveaways play on."""

from tests.integration.features.conftest import second, stage
from tests.support.servers import server, servers, set_stage, sign_for

__all__ = ["second", "server", "servers", "set_stage", "sign_for", "stage"]
