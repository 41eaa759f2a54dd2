"""Who came to a show by which share link is found by the link: viewers ask how many people they brought.

An index of those alone who came by one, by one scan of the rollups; it cannot be made concurrently, since a migration happens wholly or not
at all. Meanwhile the ledger's worker waits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "rollup_share", "rollup", ["show_id", "share"], postgresql_where=sa.text("share IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("rollup_share", table_name="rollup")
