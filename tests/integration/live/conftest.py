"""Fixtures of these tests."""

from tests.support.servers import server, servers, set_stage, sign_for

__all__ = ["server", "servers", "set_stage", "sign_for"]
