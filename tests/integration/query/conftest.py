"""Fixtures of these tests."""

from tests.support.servers import server, set_stage, sign_for

__all__ = ["server", "set_stage", "sign_for"]
