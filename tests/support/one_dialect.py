"""Engines of one test run compile each statement once: they share what SQLAlchemy has compiled.

A process of the product has one engine and compiles what it asks once. A test run makes thousands of engines, one or more for each
test, and would compile the same statements for each of them.
"""

from typing import Any, ClassVar

from sqlalchemy import URL, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg, PGDialectAsync_psycopg
from sqlalchemy.util import LRUCache

STATEMENTS_MAX = 5_000

_compiled: LRUCache[Any, Any] = LRUCache(STATEMENTS_MAX)


class OneDialect(PGDialectAsync_psycopg):
    """The dialect of every asynchronous engine: one object, since what is compiled belongs to its dialect."""

    supports_statement_cache = True
    _one: ClassVar["OneDialect | None"] = None

    def __new__(cls, **options: Any) -> "OneDialect":
        """Return the one there is."""
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one

    def __init__(self, **options: Any) -> None:
        """Set it up, the first time."""
        made_with = self.__dict__.setdefault("made_with", options)
        assert made_with.keys() == options.keys(), "engines of other options need dialects of their own"
        if made_with is options:
            super().__init__(**options)  # type: ignore[no-untyped-call]

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Let the engine read and write what all of them have compiled."""
        engine.update_execution_options(compiled_cache=_compiled)


class _Entry(PGDialect_psycopg):
    """What SQLAlchemy finds by the name in a URL."""

    supports_statement_cache = True

    @classmethod
    def get_async_dialect_cls(cls, url: URL) -> type[OneDialect]:
        return OneDialect


def share_what_is_compiled() -> None:
    """From now on; call it before the first engine is made."""
    registry.register("postgresql.psycopg", __name__, _Entry.__name__)
