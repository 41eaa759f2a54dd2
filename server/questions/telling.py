"""How one viewer is told of what concerns them alone."""

from collections.abc import Callable
from typing import Any

Push = Callable[[str, str, Any], None]
"""Writes a line, JSON-ready, to the connections of one viewer in a show; never waits."""


def tell_nobody(show_id: str, viewer_id: str, line: Any) -> None:
    """For where there are no sockets."""
