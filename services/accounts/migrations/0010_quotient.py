"""The quotient familial fetched with the family's agreement; documents given to a family's file."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "quotient_fetch",
        sa.Column("fetch_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.String(700), nullable=False, comment="Name of the guardian who agreed"),
        sa.Column("agreement", sa.String(20), nullable=False, comment="Version of the text agreed to"),
        sa.Column(
            "person",
            postgresql.JSONB(),
            nullable=False,
            comment="Civil status asked about; emptied once answered",
        ),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(60), nullable=False, comment="Last failure, as a code"),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("month", sa.Date(), comment="Of the quotient found"),
        sa.Column("euros", sa.Integer()),
        sa.ForeignKeyConstraint(["family_id"], ["family.family_id"], name="fk_quotient_fetch_family_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name="fk_quotient_fetch_account_id"),
        sa.PrimaryKeyConstraint("fetch_id", name="pk_quotient_fetch"),
    )
    op.create_index("ix_quotient_fetch_family_id_asked_at", "quotient_fetch", ["family_id", "asked_at"])
    op.create_index(
        "uq_quotient_fetch_waiting",
        "quotient_fetch",
        ["family_id"],
        unique=True,
        postgresql_where="state = 'waiting'",
    )
    op.create_table(
        "given_document",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("document_type", sa.String(40), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), comment="First opened by an agent"),
        sa.Column("read_by", sa.String(700), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.family_id"], name="fk_given_document_family_id"),
        sa.PrimaryKeyConstraint("share_id", name="pk_given_document"),
    )
    op.create_index("ix_given_document_family_id_given_at", "given_document", ["family_id", "given_at"])


def downgrade() -> None:
    op.drop_table("given_document")
    op.drop_table("quotient_fetch")
