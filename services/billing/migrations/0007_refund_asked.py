"""When a refund was ordered, in the provider's time: what the nightly comparison looks for in its list."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "refund",
        sa.Column("real_asked_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("refund", "real_asked_at")
