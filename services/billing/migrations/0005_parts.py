"""A payment of several invoices, or of a part of one."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

FOLLOW = """
CREATE FUNCTION follow_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payment_part SET underway = NEW.state IN ('created', 'open', 'confirming') WHERE payment_id = NEW.payment_id;
    RETURN NULL;
END $$;
CREATE TRIGGER payment_parts_follow AFTER UPDATE OF state ON payment
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION follow_payment();
"""


def upgrade() -> None:
    op.add_column(
        "fund",
        sa.Column(
            "part_from_cents",
            sa.Integer,
            comment="The least that may be paid online of what is owed; empty: invoices are paid whole",
        ),
    )
    op.create_table(
        "payment_part",
        sa.Column("payment_id", sa.Uuid, nullable=False),
        sa.Column("invoice_id", sa.Uuid, nullable=False),
        sa.Column("amount_cents", sa.Integer, nullable=False),
        sa.Column(
            "underway",
            sa.Boolean,
            nullable=False,
            comment="Money may still be taken: one payment per invoice. Kept by a trigger on the payment's state",
        ),
        sa.PrimaryKeyConstraint("payment_id", "invoice_id", name="pk_payment_part"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.payment_id"], name="fk_payment_part_payment_id"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.invoice_id"], name="fk_payment_part_invoice_id"),
        sa.CheckConstraint("amount_cents > 0", name="ck_payment_part_amount_positive"),
    )
    op.create_index("ix_payment_part_invoice_id", "payment_part", ["invoice_id"])
    op.create_index(
        "uq_payment_part_underway",
        "payment_part",
        ["invoice_id"],
        unique=True,
        postgresql_where=sa.text("underway"),
    )
    op.execute(
        "INSERT INTO payment_part (payment_id, invoice_id, amount_cents, underway)"
        " SELECT payment_id, invoice_id, amount_cents, state IN ('created', 'open', 'confirming') FROM payment"
    )
    op.execute(FOLLOW)
    op.drop_index("uq_payment_underway", "payment")
    op.execute("COMMENT ON COLUMN payment.invoice_id IS 'The oldest of those it pays: see payment_part'")


def downgrade() -> None:
    op.execute("COMMENT ON COLUMN payment.invoice_id IS NULL")
    op.create_index(
        "uq_payment_underway",
        "payment",
        ["invoice_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('created', 'open', 'confirming')"),
    )
    op.execute("DROP TRIGGER payment_parts_follow ON payment")
    op.execute("DROP FUNCTION follow_payment")
    op.drop_table("payment_part")
    op.drop_column("fund", "part_from_cents")
