"""Fixtures of these tests."""

from tests.support.servers import admin, server, servers, set_stage, sign_for
from tests.support.sign_in_provider import provider

__all__ = ["admin", "provider", "server", "servers", "set_stage", "sign_for"]
