"""Refunds and disputes; by which means a payment was made."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "payment",
        sa.Column(
            "method",
            sa.String(20),
            nullable=False,
            server_default="card",
            comment="`card`, `direct_debit`, `cash`, `cheque` …",
        ),
    )
    op.create_table(
        "refund",
        sa.Column("refund_id", sa.Uuid, nullable=False),
        sa.Column("command_id", sa.Uuid, nullable=False, comment="Of the form that ordered it"),
        sa.Column("payment_id", sa.Uuid, nullable=False),
        sa.Column("amount_cents", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False, comment="In the agent's words"),
        sa.Column("asked_by", sa.Uuid),
        sa.Column("asked_by_name", sa.String(250), nullable=False),
        sa.Column("provider_reference", sa.String(255), nullable=False),
        sa.Column("problem", sa.Text, nullable=False, comment="Why it failed, in the provider's words"),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("done_at", _INSTANT),
        sa.Column("real_next_look_at", _INSTANT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("refund_id", name="pk_refund"),
        sa.UniqueConstraint("command_id", name="uq_refund_command_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.payment_id"], name="fk_refund_payment_id"),
        sa.CheckConstraint("amount_cents > 0", name="ck_refund_amount_positive"),
    )
    op.create_index("ix_refund_payment_id", "refund", ["payment_id"])
    op.create_index(
        "ix_refund_waiting", "refund", ["real_next_look_at"], postgresql_where=sa.text("state = 'asked'")
    )
    op.create_table(
        "dispute",
        sa.Column("reference", sa.String(255), nullable=False, comment="The provider's id"),
        sa.Column("payment_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("amount_cents", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(60), nullable=False, comment="The provider's word for it"),
        sa.Column("respond_by", _INSTANT, comment="Until when evidence may be sent"),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("closed_at", _INSTANT),
        sa.PrimaryKeyConstraint("reference", name="pk_dispute"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.payment_id"], name="fk_dispute_payment_id"),
    )
    op.create_index("ix_dispute_payment_id", "dispute", ["payment_id"])


def downgrade() -> None:
    op.drop_table("dispute")
    op.drop_table("refund")
    op.drop_column("payment", "method")
