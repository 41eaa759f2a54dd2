"""The one exception that carries an expected refusal from a rule to the edge, whichever edge it is."""

from typing import Any

from server.protocol.codes import MEANINGS, Code

RETRY_MS = 2000
"""When to try again what an absent database has stopped."""


class RefusedError(Exception):
    """A command or request is refused, for a reason that the caller can understand.

    `code` is from the table; `data` holds further fields of the error reply (JSON-ready); `message` replaces the table's sentence.
    """

    def __init__(
        self, code: Code, message: str | None = None, *, status: int | None = None, **data: Any
    ) -> None:
        super().__init__(message or MEANINGS[code].text)
        self.code = code
        self.data = data
        self.status = status
        """The HTTP status, where it is not the code's own."""
        self.about = ""
        """Whose token it is about, where that is known and the edge does not know it; never on the wire."""

    @property
    def message(self) -> str:
        """One English sentence for a developer; pages show their own text by `code`."""
        return str(self.args[0])


def unavailable() -> RefusedError:
    """Return the refusal of what the database's absence has stopped before anything was done."""
    return RefusedError(Code.UNAVAILABLE, retry_after_ms=RETRY_MS)


def outcome_unknown(*, repeatable: bool) -> RefusedError:
    """Return the refusal of what may have been done; `repeatable`: the same once more does no harm and gets the result."""
    if repeatable:
        return RefusedError(Code.OUTCOME_UNKNOWN, retry_after_ms=RETRY_MS)
    return RefusedError(Code.OUTCOME_UNKNOWN, retry="reload")
