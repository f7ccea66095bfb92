"""Payments over the counter and the slips under which they are handed on."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.alter_column("payment", "account_id", nullable=True)
    op.execute(
        "COMMENT ON COLUMN payment.account_id IS 'The guardian who pays; empty: taken over the counter'"
    )
    op.create_table(
        "deposit",
        sa.Column("deposit_id", sa.Uuid, nullable=False),
        sa.Column("fund", sa.String(10), nullable=False),
        sa.Column("means", sa.String(20), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False, comment="Without a gap per fund and year"),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("payments", sa.Integer, nullable=False),
        sa.Column("total_cents", sa.Integer, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by", sa.Uuid),
        sa.Column("made_by_name", sa.String(250), nullable=False),
        sa.PrimaryKeyConstraint("deposit_id", name="pk_deposit"),
        sa.UniqueConstraint("fund", "year", "sequence", name="uq_deposit_fund_year_sequence"),
        sa.UniqueConstraint("number", name="uq_deposit_number"),
        sa.CheckConstraint("total_cents > 0", name="ck_deposit_total_positive"),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name="fk_deposit_fund"),
    )
    op.execute(
        "CREATE TRIGGER deposit_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON deposit"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_table(
        "taken",
        sa.Column("payment_id", sa.Uuid, nullable=False),
        sa.Column("fund", sa.String(10), nullable=False),
        sa.Column("means", sa.String(20), nullable=False),
        sa.Column(
            "reference",
            sa.String(100),
            nullable=False,
            comment="Bank and number of a cheque, numbers of titles",
        ),
        sa.Column("taken_by", sa.Uuid),
        sa.Column("taken_by_name", sa.String(250), nullable=False),
        sa.Column(
            "held_cents",
            sa.Integer,
            nullable=False,
            comment="What is in the till of it: less than paid when cash went back",
        ),
        sa.Column(
            "given_back",
            sa.Boolean,
            nullable=False,
            comment="All of it went back before it was handed on",
        ),
        sa.Column("deposit_id", sa.Uuid),
        sa.PrimaryKeyConstraint("payment_id", name="pk_taken"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.payment_id"], name="fk_taken_payment_id"),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name="fk_taken_fund"),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.deposit_id"], name="fk_taken_deposit_id"),
    )
    op.create_index("ix_taken_deposit_id", "taken", ["deposit_id"])
    op.create_index(
        "ix_taken_held",
        "taken",
        ["fund", "means"],
        postgresql_where=sa.text("deposit_id IS NULL AND NOT given_back"),
    )


def downgrade() -> None:
    op.drop_table("taken")
    op.drop_table("deposit")
    op.execute("COMMENT ON COLUMN payment.account_id IS 'The guardian who pays'")
