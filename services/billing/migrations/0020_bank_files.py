"""The bank's files of rejected debits."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "bank_file",
        sa.Column("file_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("message_id", sa.String(35), nullable=False, comment="The bank's"),
        sa.Column("digest", sa.String(64), nullable=False, comment="SHA-256 of the file: read once"),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_by_name", sa.String(250), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True)),
        sa.Column("recorded_by_name", sa.String(250), nullable=False),
        sa.PrimaryKeyConstraint("file_id", name="pk_bank_file"),
        sa.UniqueConstraint("digest", name="uq_bank_file_digest"),
    )
    op.create_index("ix_bank_file_read_at", "bank_file", ["read_at"])
    op.create_table(
        "bank_file_line",
        sa.Column("file_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("payment_id", sa.Uuid, comment="The debit that it names, where it is ours"),
        sa.Column("end_to_end", sa.String(35), nullable=False),
        sa.Column("mandate", sa.String(35), nullable=False),
        sa.Column(
            "whole", sa.String(35), nullable=False, comment="A file or batch of ours refused in one word"
        ),
        sa.Column("code", sa.String(4), nullable=False),
        sa.Column("cents", sa.Integer),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("returned_on", sa.Date, nullable=False),
        sa.Column("verdict", sa.String(20), comment="What it was recorded as"),
        sa.PrimaryKeyConstraint("file_id", "position", name="pk_bank_file_line"),
        sa.ForeignKeyConstraint(["file_id"], ["bank_file.file_id"], name="fk_bank_file_line_file_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["debit.payment_id"], name="fk_bank_file_line_payment_id"),
    )
    op.create_index("ix_bank_file_line_payment_id", "bank_file_line", ["payment_id"])


def downgrade() -> None:
    op.drop_table("bank_file_line")
    op.drop_table("bank_file")
