"""No row that cannot be read back, whoever writes it. NOT VALID: rows that are there are not looked at, so nobody waits for that."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OUR_TIME = "{0} >= '2000-01-01Z' AND {0} < '2100-01-01Z'"
# No colon, which SQLAlchemy would take for a parameter.
ADDRESS = "char_length({0}) <= 500 AND {0} ~ '^(https?://|/|$)' AND {0} !~ '[\\x01-\\x20\\x7f]'"
SHOW = sa.table(
    "show",
    sa.column("starts_at", sa.DateTime(timezone=True)),
    *(sa.column(name, sa.String()) for name in ("video_hls", "video_mp4", "video_poster")),
)
RULES = {
    "show": {
        "show_times": " AND ".join(
            OUR_TIME.format(column) for column in ("created_at", "starts_at", "started_at", "ended_at")
        ),
        "show_state": "state IN ('scheduled', 'live', 'ended')",
        "show_moderation": "moderation IN ('pre', 'post')",
        "show_video": " AND ".join(
            ADDRESS.format(column) for column in ("video_hls", "video_mp4", "video_poster")
        ),
        "show_announcement": "jsonb_typeof(announcement) = 'null' OR announcement ?& ARRAY['text', 'by', 'at']",
    },
    "question": {
        "question_times": " AND ".join(OUR_TIME.format(column) for column in ("asked_at", "answered_at")),
        "question_state": "state IN ('pending', 'open', 'answered', 'dismissed')",
        "question_counts": "version >= 0 AND votes >= 0",
    },
    "product": {
        "product_price": "price_minor BETWEEN 0 AND 100000000000",
        "product_currency": "currency ~ '^[A-Z]{3}$'",
        "product_sold": "sold >= 0",
    },
    "orders": {
        "orders_time": OUR_TIME.format("at"),
        "orders_amount": "quantity > 0 AND unit_price_minor >= 0 AND amount_minor = unit_price_minor * quantity",
    },
}


def upgrade() -> None:
    # What could be written until now and not be read: taken back to "none", as its writer was told that it failed.
    beyond = sa.text(f"NOT ({OUR_TIME.format('starts_at')})")
    op.execute(sa.update(SHOW).where(beyond).values(starts_at=None))
    for column in ("video_hls", "video_mp4", "video_poster"):
        op.execute(sa.update(SHOW).where(sa.text(f"NOT ({ADDRESS.format(column)})")).values({column: ""}))
    for table, rules in RULES.items():
        for name, rule in rules.items():
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({rule}) NOT VALID")


def downgrade() -> None:
    for table, rules in RULES.items():
        for name in rules:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
