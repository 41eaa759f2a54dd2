"""Time-outs, mutes and shadow mutes beside bans, with an end, a reason and an appeal; and reports by viewers.

What stood in `ban` moves into `sanction`. A server of the version before goes on by the view that takes the table's name and columns: it
reads who is out of a show at that moment, whoever banned them, and what it writes and deletes there is written and deleted in `sanction`.
The view goes when no server reads it any more (decision 82).
"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

# As ids are made: by time, then by chance.
_MAKE_ID = """
    CREATE FUNCTION sanction_id(at timestamptz) RETURNS varchar LANGUAGE sql AS $$
        SELECT 'sn_' || lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
            || substr(replace(gen_random_uuid()::text, '-', ''), 13)
    $$
"""
_MOVE = """
    INSERT INTO sanction (id, channel_id, show_id, kind, viewer_id, name, at, actor, actor_name)
    SELECT sanction_id(ban.at), show.channel_id, ban.show_id, 'ban', ban.viewer_id, ban.name, ban.at, ban.actor, ban.actor_name
    FROM ban JOIN show ON show.id = ban.show_id
"""
_VIEW = """
    CREATE VIEW ban AS
    SELECT show.id AS show_id, s.viewer_id, s.name, s.at, s.actor, s.actor_name
    FROM sanction AS s JOIN show ON s.channel_id = show.channel_id AND (s.whole_channel OR s.show_id = show.id)
    WHERE s.kind = 'ban' AND s.lifted_at IS NULL AND (s.ends_at IS NULL OR s.ends_at > now())
"""
_WRITTEN = """
    CREATE FUNCTION ban_written() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO sanction (id, channel_id, show_id, kind, viewer_id, name, at, actor, actor_name)
            SELECT sanction_id(NEW.at), show.channel_id, show.id, 'ban', NEW.viewer_id, NEW.name, NEW.at, NEW.actor, NEW.actor_name
            FROM show WHERE show.id = NEW.show_id
            ON CONFLICT (show_id, viewer_id, kind) WHERE lifted_at IS NULL DO UPDATE SET ends_at = NULL, at = excluded.at;
            RETURN NEW;
        END IF;
        DELETE FROM sanction AS s USING show
        WHERE show.id = OLD.show_id AND s.viewer_id = OLD.viewer_id AND s.kind = 'ban' AND s.lifted_at IS NULL
            AND s.channel_id = show.channel_id AND (s.whole_channel OR s.show_id = show.id);
        RETURN OLD;
    END $$
"""
_TRIGGER = "CREATE TRIGGER ban_written INSTEAD OF INSERT OR DELETE ON ban FOR EACH ROW EXECUTE FUNCTION ban_written()"


def upgrade() -> None:
    op.create_table(
        "sanction",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("whole_channel", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), server_default="other", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_name", sa.String(), nullable=True),
        sa.Column("appeal", sa.String(), nullable=True),
        sa.Column("appeal_state", sa.String(), nullable=True),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_name", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("kind IN ('timeout', 'mute', 'shadow', 'ban')", name="sanction_kind"),
        sa.CheckConstraint("appeal_state IN ('open', 'kept', 'lifted')", name="sanction_appeal_state"),
    )
    op.create_index("sanction_of_viewer", "sanction", ["viewer_id", "channel_id"])
    op.create_index(
        "sanction_standing",
        "sanction",
        ["show_id", "viewer_id", "kind"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_index("sanction_of_channel", "sanction", ["channel_id", "id"])
    op.create_index("sanction_of_show", "sanction", ["show_id", "at"])
    op.create_index(op.f("ix_sanction_number"), "sanction", ["number"])
    op.create_table(
        "sanction_head",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("top", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "report",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ignored", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("kind", "item_id", "viewer_id"),
    )
    op.create_index("report_of_show", "report", ["show_id", "kind", "item_id"])
    op.create_index("report_of_viewer", "report", ["viewer_id", "channel_id"])
    op.create_table(
        "report_settings",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("hold_after", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.execute("INSERT INTO sanction_head (id, top) VALUES (1, 0)")
    op.execute(_MAKE_ID)
    op.execute(_MOVE)
    op.execute("-- squawk-ignore ban-drop-table\nDROP TABLE ban")
    for statement in (_VIEW, _WRITTEN, _TRIGGER):
        op.execute(statement)


def downgrade() -> None:
    op.execute("CREATE TABLE ban_before AS SELECT DISTINCT ON (show_id, viewer_id) * FROM ban")
    op.execute("DROP VIEW ban")
    for function in ("ban_written()", "sanction_id(timestamptz)"):
        op.execute(f"DROP FUNCTION {function}")
    op.create_table(
        "ban",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("show_id", "viewer_id"),
    )
    op.execute("INSERT INTO ban SELECT * FROM ban_before")
    for table in ("ban_before", "report_settings", "report", "sanction_head", "sanction"):
        op.drop_table(table)
