"""Columns that several rooms' tables share."""

from typing import Any

from sqlalchemy import Column, DateTime
from sqlmodel import Field


def moment(name: str, *, nullable: bool = True, index: bool = False) -> Any:
    """Return a field for a time with its zone; aware datetimes go in and come out."""
    return Field(
        default=None, sa_column=Column(name, DateTime(timezone=True), nullable=nullable, index=index)
    )
