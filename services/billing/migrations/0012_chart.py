"""The accounts of each fund's journal; the journal is read by instant."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "fund_chart",
        sa.Column("fund", sa.String(10), nullable=False),
        sa.Column(
            "numbers",
            postgresql.JSONB,
            nullable=False,
            comment="Ledger account (`card`, `revenue:cantine` …) → number of the chart of accounts",
        ),
        sa.Column("changed_by_name", sa.String(250), nullable=False),
        sa.PrimaryKeyConstraint("fund", name="pk_fund_chart"),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name="fk_fund_chart_fund"),
    )
    op.create_index("ix_ledger_transaction_occurred_at", "ledger_transaction", ["occurred_at"])


def downgrade() -> None:
    op.drop_index("ix_ledger_transaction_occurred_at", "ledger_transaction")
    op.drop_table("fund_chart")
