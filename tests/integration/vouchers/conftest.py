"""The stage that the tests of vouchers play on."""

from tests.integration.features.conftest import second, stage
from tests.support.servers import admin, server, servers, set_stage, sign_for

__all__ = ["admin", "second", "server", "servers", "set_stage", "sign_for", "stage"]
