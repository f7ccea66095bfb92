"""Objections against lines of invoices, the days that an answer waives, and credit notes outside a run."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.alter_column("invoice", "run_id", nullable=True)
    op.execute("COMMENT ON COLUMN invoice.run_id IS 'Empty: a credit note made outside a run'")
    op.create_table(
        "line_objection",
        sa.Column("objection_id", sa.Uuid, nullable=False),
        sa.Column("invoice_id", sa.Uuid, nullable=False),
        sa.Column("line_id", sa.BigInteger, nullable=False),
        sa.Column("family_id", sa.Uuid, nullable=False),
        sa.Column("child_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("words", sa.Text, nullable=False, comment="The family's own; may say something of health"),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by", sa.Uuid, comment="Empty: the account was closed since"),
        sa.Column("made_by_name", sa.String(250), nullable=False),
        sa.Column(
            "answer_before", sa.Date, nullable=False, comment="Without an answer by then it counts as refused"
        ),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_at", _INSTANT),
        sa.Column("answered_by", sa.Uuid),
        sa.Column("answered_by_name", sa.String(250), nullable=False),
        sa.Column("waiver", sa.String(20)),
        sa.Column(
            "given_cents", sa.Integer, nullable=False, comment="What the family gets back by the answer"
        ),
        sa.Column("credit_note_id", sa.Uuid, comment="Made with the answer; empty: none, or the next run's"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("objection_id", name="pk_line_objection"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.invoice_id"], name="fk_line_objection_invoice_id"),
        sa.ForeignKeyConstraint(["line_id"], ["invoice_line.line_id"], name="fk_line_objection_line_id"),
        sa.ForeignKeyConstraint(
            ["credit_note_id"], ["invoice.invoice_id"], name="fk_line_objection_credit_note_id"
        ),
        sa.CheckConstraint(
            "(state = 'waived') = (waiver IS NOT NULL)", name="ck_line_objection_waiver_is_said"
        ),
    )
    for column in ("invoice_id", "line_id", "family_id"):
        op.create_index(f"ix_line_objection_{column}", "line_objection", [column])
    op.create_index(
        "ix_line_objection_open", "line_objection", ["made_at"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "objected_day",
        sa.Column("objection_id", sa.Uuid, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("family_id", sa.Uuid, nullable=False),
        sa.Column("child_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("slot", sa.String(40), nullable=False),
        sa.Column("cents", sa.Integer, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("objection_id", "session_id", name="pk_objected_day"),
        sa.ForeignKeyConstraint(
            ["objection_id"],
            ["line_objection.objection_id"],
            name="fk_objected_day_objection_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "uq_objected_day_open",
        "objected_day",
        ["family_id", "session_id", "child_id"],
        unique=True,
        postgresql_where=sa.text("is_open"),
    )
    op.create_table(
        "waived_day",
        sa.Column("family_id", sa.Uuid, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("child_id", sa.Uuid, nullable=False),
        sa.Column("objection_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("waived_at", _INSTANT, nullable=False),
        sa.Column("waived_by", sa.Uuid, nullable=False),
        sa.Column("waived_by_name", sa.String(250), nullable=False),
        sa.Column(
            "changed_in",
            sa.BigInteger,
            nullable=False,
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
            comment="A draft that could not see it is out of date",
        ),
        sa.PrimaryKeyConstraint("family_id", "session_id", "child_id", name="pk_waived_day"),
        sa.ForeignKeyConstraint(
            ["objection_id"], ["line_objection.objection_id"], name="fk_waived_day_objection_id"
        ),
    )
    op.create_index("ix_waived_day_objection_id", "waived_day", ["objection_id"])
    op.create_table(
        "objection_paper",
        sa.Column("share_id", sa.Uuid, nullable=False),
        sa.Column("objection_id", sa.Uuid, nullable=False),
        sa.Column("document_type", sa.String(40), nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("share_id", name="pk_objection_paper"),
        sa.ForeignKeyConstraint(
            ["objection_id"],
            ["line_objection.objection_id"],
            name="fk_objection_paper_objection_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_objection_paper_objection_id", "objection_paper", ["objection_id"])


def downgrade() -> None:
    for table in ("objection_paper", "waived_day", "objected_day", "line_objection"):
        op.drop_table(table)
    op.execute("COMMENT ON COLUMN invoice.run_id IS NULL")
    op.alter_column("invoice", "run_id", nullable=False)
