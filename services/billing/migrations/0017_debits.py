"""Direct debits: mandates, collections, what a bank sent back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0017"
down_revision = "0016"

FOLLOW = """
CREATE OR REPLACE FUNCTION follow_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payment_part SET underway = NEW.state IN ({states}) WHERE payment_id = NEW.payment_id;
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    op.execute(FOLLOW.format(states="'created', 'open', 'confirming', 'collecting'"))
    op.drop_constraint("ck_payment_paid_has_receipt", "payment")
    op.create_check_constraint(
        "ck_payment_paid_has_receipt",
        "payment",
        "(state IN ('paid', 'rejected')) = (receipt_number IS NOT NULL)",
    )
    op.create_table(
        "mandate",
        sa.Column("mandate_id", sa.Uuid, nullable=False),
        sa.Column("reference", sa.String(35), nullable=False, comment="RUM: never given twice"),
        sa.Column("fund", sa.String(10), nullable=False),
        sa.Column("creditor_id", sa.String(35), nullable=False, comment="ICS, as signed"),
        sa.Column("family_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False, comment="Who signed"),
        sa.Column("signed_by", sa.String(250), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(70), nullable=False),
        sa.Column("address", ARRAY(sa.Text), nullable=False, comment="Of the debtor, as signed"),
        sa.Column("sealed_iban", sa.LargeBinary, comment="Empty once it may not be kept any more"),
        sa.Column("iban_end", sa.String(4), nullable=False),
        sa.Column("bic", sa.String(11), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False, comment="A bank's code, or a word"),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("last_debit_on", sa.Date, comment="Of the last collection sent to the bank"),
        sa.PrimaryKeyConstraint("mandate_id", name="pk_mandate"),
        sa.UniqueConstraint("reference", name="uq_mandate_reference"),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name="fk_mandate_fund"),
        sa.CheckConstraint(
            "(state IN ('active', 'suspended')) = (ended_at IS NULL)", name="ck_mandate_ended_or_not"
        ),
    )
    op.create_index("ix_mandate_family_id", "mandate", ["family_id"])
    op.create_index("ix_mandate_account_id", "mandate", ["account_id"])
    op.create_index(
        "uq_mandate_active",
        "mandate",
        ["family_id", "fund"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "collection",
        sa.Column("collection_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.String(35), nullable=False, comment="Also the message id of the file"),
        sa.Column("fund", sa.String(10), nullable=False),
        sa.Column("collect_on", sa.Date, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_by", sa.Uuid),
        sa.Column("announced_by_name", sa.String(250), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True)),
        sa.Column("filed_by_name", sa.String(250), nullable=False),
        sa.Column(
            "sealed_file",
            sa.LargeBinary,
            comment="As the bank has it; empty once it may not be kept any more",
        ),
        sa.PrimaryKeyConstraint("collection_id", name="pk_collection"),
        sa.UniqueConstraint("number", name="uq_collection_number"),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name="fk_collection_fund"),
        sa.CheckConstraint("(state = 'filed') = (filed_at IS NOT NULL)", name="ck_collection_filed_or_not"),
    )
    op.create_table(
        "debit",
        sa.Column("payment_id", sa.Uuid, nullable=False),
        sa.Column("collection_id", sa.Uuid, nullable=False),
        sa.Column("mandate_id", sa.Uuid, nullable=False),
        sa.Column("sequence", sa.String(4), nullable=False, comment="FRST or RCUR, once in the file"),
        sa.Column("rejected_on", sa.Date),
        sa.Column("rejected_by_name", sa.String(250), nullable=False),
        sa.PrimaryKeyConstraint("payment_id", name="pk_debit"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.payment_id"], name="fk_debit_payment_id"),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collection.collection_id"], name="fk_debit_collection_id"
        ),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.mandate_id"], name="fk_debit_mandate_id"),
    )
    op.create_index("ix_debit_collection_id", "debit", ["collection_id"])
    op.create_index("ix_debit_mandate_id", "debit", ["mandate_id"])


def downgrade() -> None:
    for table in ("debit", "collection", "mandate"):
        op.drop_table(table)
    op.drop_constraint("ck_payment_paid_has_receipt", "payment")
    op.create_check_constraint(
        "ck_payment_paid_has_receipt", "payment", "(state = 'paid') = (receipt_number IS NOT NULL)"
    )
    op.execute(FOLLOW.format(states="'created', 'open', 'confirming'"))
