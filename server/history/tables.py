"""What the import remembers."""

from uuid import UUID

from sqlmodel import Field, SQLModel


class ImportedEntryRow(SQLModel, table=True):
    """That an entry was imported: a number of 128 bits made of its channel and its id, so that it comes once. Nothing else reads it."""

    __tablename__ = "imported_entry"

    id: UUID = Field(primary_key=True)
