"""Usual weeks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "usual_week",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("days", postgresql.JSONB(), nullable=False, comment="UsualDay: activity, part, weekday"),
        sa.Column("kept_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("child_id", "family_id", name="pk_usual_week"),
    )


def downgrade() -> None:
    op.drop_table("usual_week")
