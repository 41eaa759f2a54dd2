"""How the demo's shop sells by its checkout: two ways of shipping, tax and terms, and a product of each way that goes by it."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.channels.tables import CheckoutSettingsRow
from server.demo.catalogue import CHANNEL_ID

HELD_PRODUCT: Final = "p_demo_throw"
"""The one that is woven in small numbers."""
FIRST_PAID_PRODUCT: Final = "p_demo_slippers"
"""The one that goes to whoever pays first."""
_SETTINGS = CheckoutSettingsRow.__table__  # type: ignore[attr-defined]
_BUYING: Final = {HELD_PRODUCT: "checkout", FIRST_PAID_PRODUCT: "first_paid"}
_GO_BY_IT = text("UPDATE product SET buying = :buying WHERE id = :id AND buying IS NULL")
_ROW = CheckoutSettingsRow(
    channel_id=CHANNEL_ID,
    methods=[
        {
            "id": "post",
            "title": {"en": "Post", "ja": "郵便"},
            "price": 600,
            "free_from": 10_000,
            "countries": [],
            "days": 4,
        },
        {
            "id": "courier",
            "title": {"en": "Courier", "ja": "宅配便"},
            "price": 900,
            "free_from": None,
            "countries": ["JP"],
            "days": 1,
        },
    ],
    tax_thousandths=10_000,
    tax_name={"en": "consumption tax", "ja": "消費税"},
    terms_text={
        "en": "What does not please you goes back within seven days. This is a demo: nothing is sent, and no money moves.",
        "ja": "商品到着後7日以内であれば返品を承ります。これはデモです。商品の発送もお支払いも発生しません。",
    },
)


async def seed_checkout(connection: AsyncConnection) -> None:
    """Write what is missing; what somebody has set stays."""
    await connection.execute(insert(_SETTINGS).values(**_ROW.model_dump()).on_conflict_do_nothing())
    for id, buying in _BUYING.items():
        await connection.execute(_GO_BY_IT, {"id": id, "buying": buying})
