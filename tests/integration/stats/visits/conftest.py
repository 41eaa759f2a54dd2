"""Fixtures of these tests."""

from tests.integration.history.conftest import elsewhere

__all__ = ["elsewhere"]
