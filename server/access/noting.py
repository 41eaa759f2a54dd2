"""How this room tells the audit, which stands above it, what was done: it is handed this."""

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.principal import Principal


class Note(Protocol):
    """Notes, in the caller's transaction, that `by` did `action` (one of `server.audit.actions`) to `subject` in their channel."""

    async def __call__(
        self,
        connection: AsyncConnection,
        by: Principal,
        action: Any,
        subject: str,
        at: datetime,
        **details: Any,
    ) -> None: ...
