"""Surveys, answers and reviews: new tables, which no server of the version before knows, and two columns of the wide row.

The columns have constant defaults; a server of the version before, which takes no answers, leaves them alone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

VIEWERS = """
    SELECT r.show_id, s.channel_id, r.viewer_id, r.first_at, r.joined, r.guest, r.remembered, r.suspect, r.staff, r.source, r.device,
           r.segment, r.visits, r.views, r.watched_us / 1000000.0 AS watched_seconds, r.watched_from, r.watched_until, r.replay_views,
           r.replay_us / 1000000.0 AS replay_seconds, r.reactions, r.impressions, r.clicks, r.shares, r.questions, r.votes, r.orders,
           r.units, r.first_impression_at, r.first_click_at, r.first_order_at, r.currency, r.paid_minor, r.refunded_minor,
           r.views > 0 AND NOT r.suspect AND NOT r.staff AS counted{more}
    FROM public.rollup AS r JOIN public.show AS s ON s.id = r.show_id
"""
VIEWS = {
    "surveys": """
        SELECT id AS survey_id, show_id, channel_id, kind, question, choices, product_id, state, opened_at, closed_at FROM public.survey
    """,
    "survey_answers": """
        SELECT a.survey_id, a.show_id, s.channel_id, coalesce(k.canonical, a.viewer_id) AS viewer_id, s.kind, a.score,
               s.choices[a.choice + 1] AS choice, a.at, a.changed_at
        FROM public.survey_answer AS a JOIN public.survey AS s ON s.id = a.survey_id
        LEFT JOIN public.viewer_alias AS k ON k.show_id = a.show_id AND k.raw = a.viewer_id AND k.taken_back_at IS NULL
    """,
    "reviews": """
        SELECT id AS review_id, channel_id, product_id, show_id, viewer_id, stars, bought, state, at, moderated_at FROM public.review
    """,
}
"""No texts that viewers wrote, and no names."""


def upgrade() -> None:
    op.add_column("rollup", sa.Column("survey_answers", sa.Integer(), server_default="0", nullable=False))
    op.add_column("rollup", sa.Column("first_survey_answer_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "survey",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("choices", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("why", sa.Boolean(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=True),
        sa.Column("at_end", sa.Boolean(), nullable=False),
        sa.Column("hours_after_end", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("survey_show", "survey", ["show_id", "id"])
    op.create_index(
        "survey_open", "survey", ["show_id"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "survey_default",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("choices", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("why", sa.Boolean(), nullable=False),
        sa.Column("hours_after_end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.create_table(
        "survey_answer",
        sa.Column("survey_id", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("choice", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"]),
        sa.PrimaryKeyConstraint("survey_id", "viewer_id"),
    )
    op.create_index("survey_answer_show", "survey_answer", ["show_id", "viewer_id"])
    op.create_table(
        "review",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("bought", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moderated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moderated_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("review_author", "review", ["product_id", "viewer_id"], unique=True)
    op.create_index("review_queue", "review", ["channel_id", "state", "id"])
    op.create_index("ix_review_viewer_id", "review", ["viewer_id"])
    # Columns are added behind the others: whoever reads a view by its columns goes on.
    op.execute(
        "CREATE OR REPLACE VIEW analytics.viewers AS"
        + VIEWERS.format(more=", r.survey_answers, r.first_survey_answer_at")
    )
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW analytics.{name} AS {query}")


def downgrade() -> None:
    for name in VIEWS:
        op.execute(f"DROP VIEW analytics.{name}")
    op.execute("DROP VIEW analytics.viewers")
    op.execute("CREATE VIEW analytics.viewers AS" + VIEWERS.format(more=""))
    for table in ("review", "survey_answer", "survey_default", "survey"):
        op.drop_table(table)
    op.drop_column("rollup", "first_survey_answer_at")
    op.drop_column("rollup", "survey_answers")
