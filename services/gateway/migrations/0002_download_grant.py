"""Grants: one document let out once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "download_grant",
        sa.Column(
            "token_hash", sa.LargeBinary, nullable=False, comment="SHA-256 of the token in the address"
        ),
        sa.Column(
            "sealed",
            sa.LargeBinary,
            nullable=False,
            comment="The file's key, name and kind, under a key derived from the token",
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_download_grant"),
    )
    op.create_index("ix_download_grant_expires_at", "download_grant", ["expires_at"])


def downgrade() -> None:
    op.drop_table("download_grant")
