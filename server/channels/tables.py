"""Channels."""

from datetime import datetime

from sqlalchemy import Column, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from server.db.columns import moment


def _words(name: str) -> Column[list[str]]:
    return Column(name, ARRAY(String), nullable=False, server_default=text("'{}'"))


class ChannelRow(SQLModel, table=True):
    """A merchant's series of shows with its catalogue, people and rules."""

    __tablename__ = "channel"

    id: str = Field(primary_key=True)
    name: str
    currency: str
    """ISO 4217; it never changes, since prices and orders are written in it."""
    created_at: datetime = moment("created_at", nullable=False)
    time_zone: str = Field(default="UTC", sa_column_kwargs={"server_default": "UTC"})
    """An IANA name: in which dates are written for the channel's people."""
    language: str = Field(default="en", sa_column_kwargs={"server_default": "en"})
    """`en` or `ja`: what the channel's people read unless they choose otherwise."""
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """One more with each change of the row."""
    origins: list[str] = Field(default_factory=list, sa_column=_words("origins"))
    """Origins whose pages may have the channel's shows in them."""
    frame_ancestors: list[str] = Field(default_factory=list, sa_column=_words("frame_ancestors"))
    """Origins whose pages may show the viewer's page in a frame."""
    order_taker: str = Field(default="showfloor", sa_column_kwargs={"server_default": "showfloor"})
    """`showfloor`, or `shop`: the shop's own cart."""
    cart_url: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The template of the cart's address, where the shop takes the orders."""
