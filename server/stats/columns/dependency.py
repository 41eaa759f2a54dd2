"""The shelf of columns of a server's process, for its routes."""

from typing import Any

from fastapi import Request

from server.stats.columns.shelf import FOLDER, Shelf


def find_shelf(request: Request) -> Shelf:
    """Return what reads columns in `SHOWFLOOR_DATA`; from SQL alone where routes stand without settings."""
    state: Any = request.app.state
    settings = getattr(state, "settings", None)
    return Shelf(None if settings is None else settings.data.absolute() / FOLDER)
