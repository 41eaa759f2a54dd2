"""Mail: who agreed to it, what is written, how far it is, and whom it does not reach.

New tables alone.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _word(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _version() -> sa.Column[Any]:
    return sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)


def _of_channel() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["channel_id"], ["channel.id"])


def upgrade() -> None:
    _make_settings()
    _make_consents()
    _make_messages()


def _make_settings() -> None:
    op.create_table(
        "mail_channel",
        _word("channel_id"),
        _word("salt"),
        *map(_words, ("sender_name", "sender_address", "reply_to", "postal", "offer_text", "offer_url")),
        sa.Column("auto_after_hours", sa.Integer(), nullable=True),
        _moment("auto_since"),
        _version(),
        _of_channel(),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.create_table(
        "mail_template",
        *map(_word, ("channel_id", "kind", "language")),
        *map(_words, ("subject", "preheader", "html", "plain")),
        _version(),
        _of_channel(),
        sa.PrimaryKeyConstraint("channel_id", "kind", "language"),
    )
    op.create_table(
        "mail_suppression",
        *map(_word, ("channel_id", "address_hash", "reason")),
        _moment("at", nullable=False),
        _of_channel(),
        sa.PrimaryKeyConstraint("channel_id", "address_hash"),
    )
    op.create_table(
        "mail_pace", _word("domain"), _moment("free_at", nullable=False), sa.PrimaryKeyConstraint("domain")
    )


def _make_consents() -> None:
    op.create_table(
        "mail_consent",
        *map(_word, ("id", "channel_id", "viewer_id", "show_id", "address", "address_hash", "language")),
        sa.Column("wording", sa.Integer(), nullable=False),
        _word("state"),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("proven", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _moment("asked_at", nullable=False),
        _moment("confirmed_at"),
        _moment("withdrawn_at"),
        _of_channel(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("mail_consent_viewer", "mail_consent", ["channel_id", "viewer_id"], unique=True)
    op.create_index("mail_consent_address", "mail_consent", ["channel_id", "address_hash"])
    op.create_index("ix_mail_consent_viewer_id", "mail_consent", ["viewer_id"])


def _make_messages() -> None:
    op.create_table(
        "mail_campaign",
        *map(_word, ("id", "channel_id", "show_id", "kind", "state")),
        _moment("send_at", nullable=False),
        _words("prepared_to"),
        sa.Column("automatic", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _moment("created_at", nullable=False),
        _of_channel(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("mail_campaign_show", "mail_campaign", ["show_id", "kind"], unique=True)
    op.create_index("ix_mail_campaign_channel_id", "mail_campaign", ["channel_id"])
    op.create_table(
        "mail_message",
        *map(_word, ("id", "channel_id")),
        *(_word(name, nullable=True) for name in ("campaign_id", "show_id")),
        _word("kind"),
        sa.Column("bulk", sa.Boolean(), nullable=False),
        *(_word(name, nullable=True) for name in ("viewer_id", "consent_id", "address")),
        *map(_word, ("address_hash", "domain", "language", "sender")),
        *map(_words, ("reply_to", "subject")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("html", "plain")),
        sa.Column("links", sa.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False),
        _word("state"),
        *(_moment(name, nullable=False) for name in ("since", "next_at")),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        _word("error", nullable=True),
        *map(_moment, ("sent_at", "bounced_at", "complained_at", "opened_at", "opened_machine_at")),
        *map(_moment, ("clicked_at", "clicked_machine_at", "unsubscribed_at")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "mail_message_once", "mail_message", ["campaign_id", "address_hash"], unique=True,
        postgresql_where=sa.text("campaign_id IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "mail_message_due",
        "mail_message",
        ["domain", "bulk", "next_at"],
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index("mail_message_newest", "mail_message", ["channel_id", "id"])
    op.create_index("mail_message_address", "mail_message", ["channel_id", "address_hash"])
    op.create_index("ix_mail_message_viewer_id", "mail_message", ["viewer_id"])


def downgrade() -> None:
    for table in (
        "mail_message", "mail_campaign", "mail_consent", "mail_pace", "mail_suppression", "mail_template", "mail_channel"
    ):  # fmt: skip
        op.drop_table(table)
