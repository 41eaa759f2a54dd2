"""All SQL of checkouts. Statements take arrays: one round trip whatever the number of holds."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, cast

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.rules import Buying
from server.channels.tables import CheckoutSettingsRow
from server.checkout.details import Contact, contact_from
from server.checkout.rules import Method, Terms
from server.checkout.tables import CheckoutRow, KeptDetailsRow

_CHECKOUT = CheckoutRow.__table__  # type: ignore[attr-defined]
_KEPT = KeptDetailsRow.__table__  # type: ignore[attr-defined]
# By name, not `c.*`: what a server has prepared must outlive a migration that adds a column.
_COLUMNS: Final = ", ".join(f"c.{column.name}" for column in _CHECKOUT.columns)
_READ = text(f"SELECT {_COLUMNS} FROM checkout AS c WHERE c.hold_id = ANY(:holds)")
_READ_OF_ORDERS = text(f"SELECT {_COLUMNS} FROM checkout AS c WHERE c.order_id = ANY(:orders)")
# Locked before it is looked at: a payment that begins at the same time waits, or has begun.
_LOCK_HOLDS = text("SELECT id FROM hold WHERE id = ANY(:holds) ORDER BY id FOR NO KEY UPDATE")
_READ_NEEDED = text(
    """
    SELECT DISTINCT l.hold_id FROM hold_line AS l JOIN product AS p ON p.id = l.product_id
    LEFT JOIN product AS head ON head.id = p.parent_id
    LEFT JOIN checkout_settings AS terms ON terms.channel_id = p.channel_id
    WHERE l.hold_id = ANY(:holds) AND coalesce(CASE WHEN p.parent_id IS NULL THEN p.buying ELSE head.buying END, terms.buying)
        IN ('checkout', 'first_paid')
    """
)
_SET_ORDERS = text(
    """
    UPDATE checkout SET order_id = o.order_id
    FROM unnest(CAST(:holds AS text[]), CAST(:orders AS text[])) AS o(hold_id, order_id) WHERE checkout.hold_id = o.hold_id
    """
)
# What a payer has had: the orders, and what is being paid, in this show; each once for each mark that is asked about.
_READ_TAKEN = text(
    """
    SELECT mark, c.hold_id, CASE WHEN coalesce(head.per_viewer_max, p.per_viewer_max) IS NULL THEN p.id ELSE coalesce(head.id, p.id) END,
           CAST(sum(l.quantity) AS int)
    FROM unnest(CAST(:marks AS text[])) AS asked(mark)
    JOIN checkout AS c ON c.marks @> ARRAY[CAST(mark AS varchar)] AND c.show_id = :show
    JOIN hold AS h ON h.id = c.hold_id AND (h.state = 'confirmed' OR (h.state IN ('placed', 'unheld') AND h.paying))
    JOIN hold_line AS l ON l.hold_id = h.id
    JOIN product AS p ON p.id = l.product_id LEFT JOIN product AS head ON head.id = p.parent_id
    WHERE NOT c.hold_id = ANY(:holds) GROUP BY 1, 2, 3
    """
)
_READ_OWN_LIMITS = text(
    """
    SELECT p.id, coalesce(head.id, p.id), coalesce(head.per_viewer_max, p.per_viewer_max)
    FROM product AS p LEFT JOIN product AS head ON head.id = p.parent_id
    WHERE p.id = ANY(:ids) AND coalesce(head.per_viewer_max, p.per_viewer_max) IS NOT NULL
    """
)
_READ_SETTINGS = text("SELECT * FROM checkout_settings WHERE channel_id = :channel")
_READ_KEPT = text("SELECT contact FROM kept_details WHERE channel_id = :channel AND viewer_id = :viewer")
_READ_KEPT_OF_HOLD = text(
    """
    SELECT k.contact, (SELECT c.language FROM checkout AS c WHERE c.viewer_id = h.viewer_id AND c.channel_id = h.channel_id
                       AND c.language <> '' ORDER BY c.changed_at DESC LIMIT 1) AS language
    FROM hold AS h JOIN kept_details AS k ON k.channel_id = h.channel_id AND k.viewer_id = h.viewer_id WHERE h.id = :hold
    """
)
_DROP_KEPT = text("DELETE FROM kept_details WHERE channel_id = :channel AND viewer_id = :viewer")
_DROP_WITHDRAWN = text(
    """
    DELETE FROM kept_details AS k WHERE k.guest AND EXISTS (
        SELECT FROM show JOIN ledger_entry AS e ON e.show_id = show.id AND e.kind = 'consent_withdrawn'
        WHERE show.channel_id = k.channel_id AND e.viewer_id = k.viewer_id AND e.at >= k.kept_at)
    """
)


async def read_checkouts(connection: AsyncConnection, hold_ids: Collection[str]) -> dict[str, CheckoutRow]:
    """Return those checkouts that there are, by hold."""
    rows = await connection.execute(_READ, {"holds": list(hold_ids)})
    return {row.hold_id: CheckoutRow(**row._mapping) for row in rows}


async def read_of_orders(connection: AsyncConnection, order_ids: Collection[str]) -> dict[str, CheckoutRow]:
    """Return the checkouts that these orders came from, by order, the head's; no SQL for none."""
    if not order_ids:
        return {}
    rows = await connection.execute(_READ_OF_ORDERS, {"orders": list(order_ids)})
    return {row.order_id: CheckoutRow(**row._mapping) for row in rows}


async def lock_holds(connection: AsyncConnection, hold_ids: Collection[str]) -> None:
    """Lock holds until the transaction's end."""
    await connection.execute(_LOCK_HOLDS, {"holds": list(hold_ids)})


async def read_needed(connection: AsyncConnection, hold_ids: Collection[str]) -> set[str]:
    """Return those of the holds of which a product goes by the checkout."""
    return set(await connection.scalars(_READ_NEEDED, {"holds": list(hold_ids)}))


async def write_checkout(connection: AsyncConnection, row: CheckoutRow) -> None:
    """Write a checkout, or what it is now."""
    given = row.model_dump()
    changed = {name: value for name, value in given.items() if name != "hold_id"}
    statement = insert(_CHECKOUT).values(**given)
    await connection.execute(statement.on_conflict_do_update(index_elements=["hold_id"], set_=changed))


async def set_orders(connection: AsyncConnection, orders: Mapping[str, str]) -> None:
    """Note which order each hold has become."""
    await connection.execute(_SET_ORDERS, {"holds": list(orders), "orders": list(orders.values())})


async def read_taken(
    connection: AsyncConnection, show_id: str, marks: Collection[str], but: Sequence[str]
) -> list[tuple[str, str, str, int]]:
    """Return what whoever has one of these marks has bought and is paying for in the show, but for these holds, by what it counts as."""
    if not marks:
        return []
    given = {"show": show_id, "marks": list(marks), "holds": list(but)}
    return [(row[0], row[1], row[2], row[3]) for row in await connection.execute(_READ_TAKEN, given)]


async def read_own_limits(
    connection: AsyncConnection, product_ids: Collection[str]
) -> dict[str, tuple[str, int]]:
    """Return by product what its units count as, and its own limit for each viewer; those without one are not there."""
    rows = await connection.execute(_READ_OWN_LIMITS, {"ids": list(product_ids)})
    return {row[0]: (row[1], row[2]) for row in rows}


async def read_terms(connection: AsyncConnection, channel_id: str) -> Terms:
    """Return how the channel sells by its checkout; as at the beginning where nobody has said it."""
    row = (await connection.execute(_READ_SETTINGS, {"channel": channel_id})).one_or_none()
    return Terms() if row is None else as_terms(CheckoutSettingsRow(**row._mapping))


def as_terms(row: CheckoutSettingsRow) -> Terms:
    """Return a row of settings as the rules know it."""
    return Terms(
        buying=cast("Buying", row.buying),
        address_needed=row.address_needed,
        methods=tuple(
            Method(
                each["id"],
                each["title"],
                each["price"],
                each.get("free_from"),
                tuple(each.get("countries", ())),
                each.get("days"),
            )
            for each in row.methods
        ),
        tax_thousandths=row.tax_thousandths,
        tax_name=row.tax_name,
        text=row.terms_text,
        url=row.terms_url,
        version=row.version,
    )


async def read_kept(connection: AsyncConnection, channel_id: str, viewer_id: str) -> Contact | None:
    """Return what the viewer wants filled in; None where they keep nothing."""
    given = {"channel": channel_id, "viewer": viewer_id}
    kept = await connection.scalar(_READ_KEPT, given)
    return None if kept is None else contact_from(kept)


async def read_kept_of_hold(connection: AsyncConnection, hold_id: str) -> tuple[Contact, str] | None:
    """Return what whoever a hold is for wants filled in, and the language of their last checkout, empty for none."""
    row = (await connection.execute(_READ_KEPT_OF_HOLD, {"hold": hold_id})).one_or_none()
    return None if row is None else (contact_from(row.contact), row.language or "")


async def keep(
    connection: AsyncConnection,
    channel_id: str,
    viewer_id: str,
    contact: Contact,
    at: datetime,
    *,
    guest: bool,
) -> None:
    """Keep the details for the next time, in the place of earlier ones."""
    given = {"guest": guest, "contact": contact.as_json(), "kept_at": at}
    statement = insert(_KEPT).values(channel_id=channel_id, viewer_id=viewer_id, **given)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["channel_id", "viewer_id"], set_=given)
    )


async def drop_kept(connection: AsyncConnection, channel_id: str, viewer_id: str) -> None:
    """Forget what was kept for the next time."""
    await connection.execute(_DROP_KEPT, {"channel": channel_id, "viewer": viewer_id})


async def drop_withdrawn(connection: AsyncConnection) -> int:
    """Forget what was kept of guests who have agreed no longer to be recognised, and return of how many."""
    return (await connection.execute(_DROP_WITHDRAWN)).rowcount
