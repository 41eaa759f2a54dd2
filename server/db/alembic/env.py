"""Alembic's entry: it gathers every room's tables, so that a drift between them and the migrations can be found."""

from alembic import context
from sqlmodel import SQLModel

from server.db.migrations import LOCK_TIMEOUT, STATEMENT_TIMEOUT

connection = context.config.attributes.get("connection")
if connection is None:
    context.configure(
        url=context.config.attributes["url"],
        target_metadata=SQLModel.metadata,
        literal_binds=True,
        dialect_name="postgresql",
    )
else:
    context.configure(connection=connection, target_metadata=SQLModel.metadata)
with context.begin_transaction():
    context.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    context.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
    context.run_migrations()
