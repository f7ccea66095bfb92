"""A new recovery code opens beside the one before until it is said to be kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column(
        "account_keys",
        sa.Column(
            "next_recovery_wrap",
            postgresql.JSONB(),
            nullable=True,
            comment="Private half under a newer code that nobody has said to have kept",
        ),
    )


def downgrade() -> None:
    op.drop_column("account_keys", "next_recovery_wrap")
