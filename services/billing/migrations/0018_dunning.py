"""Dunning: the terms of each fund, the letters sent, the families spared."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "fund_dunning",
        sa.Column("fund", sa.String(10), nullable=False),
        sa.Column("terms", postgresql.JSONB, nullable=False, comment="DunningTerms of the contracts"),
        sa.Column("changed_by_name", sa.String(250), nullable=False),
        sa.PrimaryKeyConstraint("fund", name="pk_fund_dunning"),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name="fk_fund_dunning_fund"),
    )
    op.create_table(
        "reminder",
        sa.Column("reminder_id", sa.Uuid, nullable=False),
        sa.Column("sending_id", sa.Uuid, nullable=False, comment="Letters sent together"),
        sa.Column("fund", sa.String(10), nullable=False),
        sa.Column("family_id", sa.Uuid, nullable=False),
        sa.Column("family_number", sa.String(40), nullable=False),
        sa.Column(
            "addressee",
            postgresql.ARRAY(sa.Text),
            nullable=False,
            comment="The lines of the address, as printed",
        ),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("text", sa.Text, nullable=False, comment="As the fund's terms were"),
        sa.Column("cents", sa.Integer, nullable=False),
        sa.Column("by_post", sa.Boolean, nullable=False, comment="Nobody of the family had an account"),
        sa.Column("sent_on", sa.Date, nullable=False),
        sa.Column("sent_at", _INSTANT, nullable=False),
        sa.Column("sent_by_name", sa.String(250), nullable=False),
        sa.PrimaryKeyConstraint("reminder_id", name="pk_reminder"),
        sa.CheckConstraint("step BETWEEN 1 AND 4", name="ck_reminder_step_known"),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name="fk_reminder_fund"),
    )
    for column in ("sending_id", "fund", "family_id"):
        op.create_index(f"ix_reminder_{column}", "reminder", [column])
    op.create_table(
        "reminder_line",
        sa.Column("reminder_id", sa.Uuid, nullable=False),
        sa.Column("invoice_id", sa.Uuid, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("cents", sa.Integer, nullable=False, comment="What was asked for of it"),
        sa.PrimaryKeyConstraint("reminder_id", "invoice_id", name="pk_reminder_line"),
        sa.UniqueConstraint("invoice_id", "step", name="uq_reminder_line_invoice_id_step"),
        sa.CheckConstraint("cents > 0", name="ck_reminder_line_asks"),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminder.reminder_id"], name="fk_reminder_line_reminder_id"
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.invoice_id"], name="fk_reminder_line_invoice_id"),
    )
    op.create_table(
        "reprieve",
        sa.Column("reprieve_id", sa.Uuid, nullable=False),
        sa.Column("family_id", sa.Uuid, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("granted_at", _INSTANT, nullable=False),
        sa.Column("granted_by_name", sa.String(250), nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.Column("ended_by_name", sa.String(250), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("reprieve_id", name="pk_reprieve"),
    )
    op.create_index("ix_reprieve_family_id", "reprieve", ["family_id"])
    op.create_index(
        "uq_reprieve_family",
        "reprieve",
        ["family_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    for table in ("reminder", "reminder_line"):
        op.execute(
            f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in ("reprieve", "reminder_line", "reminder", "fund_dunning"):
        op.drop_table(table)
