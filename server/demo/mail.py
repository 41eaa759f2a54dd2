"""Mail in the demo: a sender, and some viewers of the last past show who agreed. Nothing is sent where no SMTP server is set."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.demo.catalogue import CHANNEL_ID, PAST_SHOW_ID
from server.ids import new_id
from server.mail.channel_repository import lock_channel, update_channel
from server.mail.consent_repository import confirm_consent, write_consent
from server.mail.rules import hash_of
from server.mail.tables import MailConsentRow

AGREED = 3
# Of those who asked something, so that there is something to tell.
_ASKED = text("""
    SELECT DISTINCT r.viewer_id FROM rollup AS r WHERE r.show_id = :show AND r.questions > 0 AND NOT r.staff ORDER BY 1 LIMIT :most
""")


async def seed_mail(connection: AsyncConnection, now: datetime) -> None:
    """Say who writes, unless somebody has, and have some viewers agree; those are not proven, so nothing is ever sent to them."""
    channel = await lock_channel(connection, CHANNEL_ID)
    if channel.sender_address:
        return
    offer = {"offer_text": "Ten per cent off your next order, until Sunday.", "offer_url": ""}
    await update_channel(connection, CHANNEL_ID, {"sender_address": "hello@demo.example", **offer})
    found = await connection.scalars(_ASKED, {"show": PAST_SHOW_ID, "most": AGREED})
    for number, viewer in enumerate(list(found), start=1):
        address = f"viewer{number}@mail.example"
        row = MailConsentRow(
            id=new_id("mc"), channel_id=CHANNEL_ID, viewer_id=viewer, show_id=PAST_SHOW_ID, address=address,
            address_hash=hash_of(address, channel.salt), language="ja" if number == 1 else "en", wording=1, asked_at=now,
        )  # fmt: skip
        await confirm_consent(connection, (await write_consent(connection, row)).id, "", now)
