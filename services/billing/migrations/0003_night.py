"""Work done once a night: the check of the books."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "night",
        sa.Column("task", sa.String(20), nullable=False),
        sa.Column("night", sa.Date, nullable=False, comment="The town's day it belongs to"),
        sa.Column(
            "found", sa.Integer, nullable=False, comment="Things for a person to look at, old ones included"
        ),
        sa.Column("real_done_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("task", "night", name="pk_night"),
    )


def downgrade() -> None:
    op.drop_table("night")
