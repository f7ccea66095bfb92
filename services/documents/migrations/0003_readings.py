"""When owners opened their documents; what tells that the same content is there already; vaccinations shown anew."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column(
        "document",
        sa.Column(
            "fingerprint",
            sa.LargeBinary,
            comment="Of the content, under a key of the open vault; forgotten at deletion",
        ),
    )
    op.create_table(
        "reading",
        sa.Column("reading_id", sa.Uuid, nullable=False),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reading_id", name="pk_reading"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.document_id"], name="fk_reading_document_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_reading_document_id_read_at", "reading", ["document_id", "read_at"])
    # A child is vaccinated again as it grows: last year's pages of the health book are not this year's.
    op.execute(
        "UPDATE document_type SET validity = 'twelve_months' WHERE code = 'vaccinations' AND validity = 'none'"
    )


def downgrade() -> None:
    op.drop_table("reading")
    op.drop_column("document", "fingerprint")
