"""How often somebody commented, in the rollups, so that they count as engaged.

New columns with constant defaults: a server of the version before writes none of them; what it recorded is derived from the facts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

COUNT = """
    UPDATE rollup SET comments_sent = given.n, first_comment_at = given.first
    FROM (SELECT e.show_id, coalesce(k.canonical, e.viewer_id) AS viewer_id, sum(e.n) AS n, min(e.at) AS first
          FROM ledger_entry AS e
          LEFT JOIN viewer_alias AS k ON k.show_id = e.show_id AND k.raw = e.viewer_id AND k.taken_back_at IS NULL
          WHERE e.kind = 'comment' GROUP BY 1, 2) AS given
    WHERE rollup.show_id = given.show_id AND rollup.viewer_id = given.viewer_id
"""


def upgrade() -> None:
    op.add_column("rollup", sa.Column("comments_sent", sa.Integer(), server_default="0", nullable=False))
    op.add_column("rollup", sa.Column("first_comment_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(COUNT)


def downgrade() -> None:
    op.drop_column("rollup", "first_comment_at")
    op.drop_column("rollup", "comments_sent")
