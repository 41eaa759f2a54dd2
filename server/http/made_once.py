"""What routes read with, one for each process."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request

from server.clock import Clock
from server.db.engine import Database

Reader = TypeVar("Reader")


def made_once(name: str, make: Callable[[Database, Clock], Reader]) -> Callable[[Request], Reader]:
    """Return a dependency: the process's one of this name, made by `make` at the first request for it."""

    def find(request: Request) -> Reader:
        state: Any = request.app.state
        if not hasattr(state, name):
            setattr(state, name, make(state.database, state.clock))
        found: Reader = getattr(state, name)
        return found

    return find
