"""What the Treasury is told: who tells it, the files made, their pieces; the civil status of who owes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "guardian",
        sa.Column(
            "position",
            sa.Integer,
            nullable=False,
            server_default="0",
            comment="In the file: the first is the debtor",
        ),
    )
    op.add_column("guardian", sa.Column("title", sa.String(20), nullable=False, server_default=""))
    op.add_column("guardian", sa.Column("first_name", sa.String(300), nullable=False, server_default=""))
    op.add_column(
        "guardian",
        sa.Column(
            "last_name",
            sa.String(300),
            nullable=False,
            server_default="",
            comment="Empty until accounts tells the family again",
        ),
    )
    op.create_table(
        "fund_treasury",
        sa.Column("fund", sa.String(10), nullable=False),
        sa.Column("terms", postgresql.JSONB, nullable=False, comment="TreasuryTerms of the contracts"),
        sa.Column("changed_by_name", sa.String(250), nullable=False),
        sa.PrimaryKeyConstraint("fund", name="pk_fund_treasury"),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name="fk_fund_treasury_fund"),
    )
    op.create_table(
        "claim_export",
        sa.Column("export_id", sa.Uuid, nullable=False),
        sa.Column("fund", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("series", sa.String(10), nullable=False, comment="Of the numbering"),
        sa.Column("sequence", sa.Integer, nullable=False, comment="Without a gap per fund, year and series"),
        sa.Column(
            "number",
            sa.Integer,
            nullable=False,
            comment="As the file has it: the sequence from the fund's first number",
        ),
        sa.Column("file_name", sa.String(100), nullable=False),
        sa.Column("media_type", sa.String(60), nullable=False),
        sa.Column("pieces", sa.Integer, nullable=False),
        sa.Column("total_cents", sa.BigInteger, nullable=False, comment="Without a sign"),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by_name", sa.String(250), nullable=False),
        sa.Column("sent_at", _INSTANT),
        sa.Column("sent_by_name", sa.String(250), nullable=False),
        sa.PrimaryKeyConstraint("export_id", name="pk_claim_export"),
        sa.UniqueConstraint(
            "fund", "year", "series", "sequence", name="uq_claim_export_fund_year_series_sequence"
        ),
        sa.UniqueConstraint("file_name", name="uq_claim_export_file_name"),
        sa.CheckConstraint("pieces > 0", name="ck_claim_export_has_pieces"),
        sa.CheckConstraint("total_cents > 0", name="ck_claim_export_total_positive"),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name="fk_claim_export_fund"),
    )
    op.create_table(
        "claim_piece",
        sa.Column("piece_id", sa.Uuid, nullable=False),
        sa.Column("export_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("invoice_id", sa.Uuid, nullable=False),
        sa.Column("cents", sa.Integer, nullable=False),
        sa.Column("lines", postgresql.JSONB, nullable=False, comment="[{number, account, cents}]"),
        sa.Column("origin_id", sa.Uuid),
        sa.PrimaryKeyConstraint("piece_id", name="pk_claim_piece"),
        sa.CheckConstraint("cents <> 0", name="ck_claim_piece_tells_something"),
        sa.CheckConstraint(
            "(cents < 0) = (origin_id IS NOT NULL)", name="ck_claim_piece_lowering_has_origin"
        ),
        sa.ForeignKeyConstraint(["export_id"], ["claim_export.export_id"], name="fk_claim_piece_export_id"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.invoice_id"], name="fk_claim_piece_invoice_id"),
        sa.ForeignKeyConstraint(["origin_id"], ["claim_piece.piece_id"], name="fk_claim_piece_origin_id"),
    )
    for column in ("export_id", "invoice_id", "origin_id"):
        op.create_index(f"ix_claim_piece_{column}", "claim_piece", [column])
    op.create_table(
        "claim_file",
        sa.Column("export_id", sa.Uuid, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("export_id", "part", name="pk_claim_file"),
        sa.ForeignKeyConstraint(["export_id"], ["claim_export.export_id"], name="fk_claim_file_export_id"),
    )
    for table in ("claim_piece", "claim_file"):
        op.execute(
            f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in ("claim_file", "claim_piece", "claim_export", "fund_treasury"):
        op.drop_table(table)
    for column in ("position", "title", "first_name", "last_name"):
        op.drop_column("guardian", column)
