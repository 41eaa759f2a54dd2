"""A transaction whose COMMIT was sent and not answered: it may have been committed, and nobody may say that nothing was done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

_GONE = ("08", "57P")
"""Classes of SQLSTATE by which a server says that it goes, and not what became of a statement."""


class InDoubtError(Exception):
    """COMMIT was sent, and the answer did not come. The cause is what came instead."""


@dataclass(slots=True)
class Stage:
    """How far a transaction is."""

    committing: bool = False


@contextmanager
def doubting(stage: Stage) -> Iterator[None]:
    """Raise `InDoubtError` in the place of what ends the block without the server's word on a COMMIT."""
    try:
        yield
    except Exception as error:
        if stage.committing and not _is_an_answer(error):
            raise InDoubtError from error
        raise


def _is_an_answer(error: Exception) -> bool:
    """Whether the server itself has said that the transaction failed."""
    if not isinstance(error, DBAPIError):
        return not isinstance(error, ConnectionError | TimeoutError | OSError)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return not (error.connection_invalidated or isinstance(error, OperationalError | InterfaceError))
    return not str(state).startswith(_GONE)
