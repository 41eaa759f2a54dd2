"""What orders are searched by: words in texts, and buyers by what their checkouts say."""

from typing import Any

from sqlalchemy import ColumnElement, Select, column, func, literal, literal_column, or_, select, table
from sqlalchemy.dialects.postgresql import JSONB


def of_buyers(channel_id: str, word: str) -> Select[Any]:
    """Select the orders whose buyer's name or e-mail, as the checkout has it, holds the word."""
    checkout = table("checkout", column("order_id"), column("channel_id"), column("contact", JSONB))
    said = [func.coalesce(checkout.c.contact[name].as_string(), "") for name in ("name", "email")]
    kept = (checkout.c.channel_id == channel_id, checkout.c.order_id.is_not(None))
    return select(checkout.c.order_id).where(*kept, or_(*(holds(each, word) for each in said)))


def holds(text: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    """Return whether the text has the word in it, in any case and width."""
    return func.strpos(_folded(text), _folded(literal(word))) > 0


def _folded(text: ColumnElement[Any]) -> ColumnElement[str]:
    return func.lower(func.normalize(text, literal_column("NFKC")))
