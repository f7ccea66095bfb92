"""Preferences, bounces and digests of the outgoing mail."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

STATES = "queued, sent, failed"
BODY = "Emptied once sent: it may hold a link"
NEW_BODY = "Emptied once sent when it holds a link that opens something, else after ten days"


def upgrade() -> None:
    op.add_column(
        "mail",
        sa.Column("account_id", sa.Uuid(), comment="Of a kind that can be switched off: whose choice it is"),
    )
    op.add_column(
        "mail",
        sa.Column(
            "why",
            sa.String(20),
            nullable=False,
            server_default="",
            comment="A code of contracts.accounts.mail.Why",
        ),
    )
    op.add_column(
        "mail",
        sa.Column(
            "return_token",
            sa.String(40),
            comment="In the envelope's sender; drawn anew when it is sent again",
        ),
    )
    op.add_column(
        "mail",
        sa.Column(
            "stop_token",
            sa.String(40),
            comment="Switches the kind off for the account, without signing in",
        ),
    )
    op.alter_column(
        "mail", "state", existing_type=sa.String(10), existing_comment=STATES, comment=f"{STATES}, bounced"
    )
    op.alter_column("mail", "text", existing_type=sa.Text(), existing_comment=BODY, comment=NEW_BODY)
    op.create_foreign_key(
        "fk_mail_account_id", "mail", "account", ["account_id"], ["account_id"], ondelete="SET NULL"
    )
    op.create_unique_constraint("uq_mail_return_token", "mail", ["return_token"])
    op.create_unique_constraint("uq_mail_stop_token", "mail", ["stop_token"])
    op.create_index("ix_mail_account_id", "mail", ["account_id"])
    op.create_index(
        "ix_mail_undelivered",
        "mail",
        ["created_at"],
        postgresql_where=sa.text("state IN ('failed', 'bounced')"),
    )
    op.create_table(
        "mail_choice",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("off_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_mail_choice_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", name="pk_mail_choice"),
    )
    op.create_table(
        "mail_return",
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("action", sa.String(20), nullable=False, comment="RFC 3464: failed, delayed …"),
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(15), nullable=False, comment="RFC 3463: 5.1.1 …"),
        sa.Column("diagnostic", sa.String(500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail.mail_id"], name="fk_mail_return_mail_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token", "action", name="pk_mail_return"),
    )
    op.create_index("ix_mail_return_mail_id", "mail_return", ["mail_id"])
    op.create_table(
        "bad_address",
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column(
            "failures",
            sa.Integer(),
            nullable=False,
            comment="Permanent ones, since it was last found good",
        ),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "failing_since",
            sa.DateTime(timezone=True),
            comment="From the second permanent failure on",
        ),
        sa.PrimaryKeyConstraint("email", name="pk_bad_address"),
    )
    op.create_table(
        "activity",
        sa.Column("activity_code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("activity_code", name="pk_activity"),
    )
    op.create_table(
        "booking_digest",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("family_id", name="pk_booking_digest"),
    )
    op.create_index("ix_booking_digest_last_at", "booking_digest", ["last_at"])
    op.create_table(
        "booking_news",
        sa.Column("news_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("activity_code", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(40), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was done, by the clock of enrolment",
        ),
        sa.Column("changed_by", sa.Uuid(), comment="Account; empty is the town"),
        sa.ForeignKeyConstraint(
            ["family_id"],
            ["booking_digest.family_id"],
            name="fk_booking_news_family_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("news_id", name="pk_booking_news"),
    )
    op.create_index("ix_booking_news_family_id", "booking_news", ["family_id"])
    op.create_table(
        "attendance_news",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("activity_code", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(40), nullable=False),
        sa.Column(
            "mark",
            sa.String(40),
            nullable=False,
            comment="Empty when there is nothing to say (any more)",
        ),
        sa.Column(
            "told", sa.String(40), nullable=False, comment="The mark the family was last written about"
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "child_id", name="pk_attendance_news"),
    )
    op.create_index("ix_attendance_news_family_id", "attendance_news", ["family_id"])
    op.create_index(
        "ix_attendance_news_due", "attendance_news", ["due_at"], postgresql_where=sa.text("mark <> told")
    )


def downgrade() -> None:
    for table in (
        "attendance_news",
        "booking_news",
        "booking_digest",
        "activity",
        "bad_address",
        "mail_return",
        "mail_choice",
    ):
        op.drop_table(table)
    op.drop_index("ix_mail_undelivered", "mail")
    op.alter_column("mail", "text", existing_type=sa.Text(), existing_comment=NEW_BODY, comment=BODY)
    op.alter_column(
        "mail", "state", existing_type=sa.String(10), existing_comment=f"{STATES}, bounced", comment=STATES
    )
    op.execute("DELETE FROM mail WHERE state = 'bounced'")
    for column in ("stop_token", "return_token", "why", "account_id"):
        op.drop_column("mail", column)
