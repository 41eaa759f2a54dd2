"""The audit says of which channel a row is, so that a channel's admins can read it; lists of a channel's orders are read in their order.

A server of the version before goes on: it writes audit rows as before, and the trigger says whose they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

CHANNEL_OF = """
CREATE FUNCTION audit_channel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.channel_id IS NULL THEN
        NEW.channel_id = coalesce(NEW.details ->> 'channel', (SELECT channel_id FROM show WHERE id = NEW.show_id));
    END IF;
    RETURN NEW;
END
$$
"""
FILLED = "CREATE TRIGGER audit_channel BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_channel()"


def upgrade() -> None:
    op.add_column("audit", sa.Column("channel_id", sa.String(), nullable=True))
    op.execute(CHANNEL_OF)
    op.execute(FILLED)
    op.execute(
        "UPDATE audit SET channel_id = coalesce(details ->> 'channel', (SELECT channel_id FROM show WHERE show.id = audit.show_id))"
    )
    op.create_index("audit_channel_at", "audit", ["channel_id", "at", "id"])
    # By one scan each; none can be made concurrently, since a migration happens wholly or not at all. A million orders take about
    # four seconds, in which purchases wait. The index on the channel alone stays: to drop it would lock out those who read orders, who may
    # wait for a table that this transaction holds.
    op.create_index("orders_channel_at", "orders", ["channel_id", "at", sa.text('id COLLATE "C"')])
    op.create_index(
        "reported_order_channel_at", "reported_order", ["channel_id", "at", sa.text('id COLLATE "C"')]
    )


def downgrade() -> None:
    op.drop_index("reported_order_channel_at", table_name="reported_order")
    op.drop_index("orders_channel_at", table_name="orders")
    op.drop_index("audit_channel_at", table_name="audit")
    op.execute("DROP TRIGGER audit_channel ON audit")
    op.execute("DROP FUNCTION audit_channel()")
    op.drop_column("audit", "channel_id")
