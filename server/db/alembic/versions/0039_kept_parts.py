"""What a settled show's report is made of is kept beside it: who watched, what they did, what came of its moments.

New columns that are null where a server of the version before made the row, which drops the whole of it. Indexes that hold hardly a row,
for the rows that such a server wrote, for suspects, and for clicks by viewer. By one scan each; none can be made concurrently, since a
migration happens wholly or not at all. Ten million entries take about three seconds, in which the ledger's worker waits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

# As the queries say it: the planner expects few rows of a condition of this form.
OLD_WRITER = """
    CASE WHEN hard_facts <> questions + 65536 * CAST(votes AS bigint) + 4294967296 * CAST(orders AS bigint)
        + 17592186044416 * CAST(units AS bigint) THEN 1 ELSE 0 END = 1
"""


def upgrade() -> None:
    for name in ("people", "acts", "moments"):
        op.add_column("final_report", sa.Column(name, sa.JSON(), nullable=True))
    for table in ("final_report", "show_curve"):
        op.add_column(table, sa.Column("acts_claim", sa.String(), nullable=True))
    op.create_index("rollup_old_writer", "rollup", ["show_id"], postgresql_where=sa.text(OLD_WRITER))
    op.create_index("rollup_suspect", "rollup", ["show_id"], postgresql_where=sa.text("suspect"))
    op.create_index(
        "ledger_entry_click",
        "ledger_entry",
        ["show_id", "viewer_id"],
        postgresql_where=sa.text("kind = 'click'"),
    )


def downgrade() -> None:
    op.drop_index("ledger_entry_click", table_name="ledger_entry")
    op.drop_index("rollup_suspect", table_name="rollup")
    op.drop_index("rollup_old_writer", table_name="rollup")
    for table in ("show_curve", "final_report"):
        op.drop_column(table, "acts_claim")
    for name in ("moments", "acts", "people"):
        op.drop_column("final_report", name)
