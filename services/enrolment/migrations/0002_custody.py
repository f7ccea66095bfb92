"""School years as they were told; a copy of the custody calendars."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "told_school_year",
        sa.Column("label", sa.String(9), nullable=False, comment="2026-2027"),
        sa.Column("content", postgresql.JSONB(), nullable=False, comment="SchoolYearUpdated, whole"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("label", name="pk_told_school_year"),
    )
    op.create_table(
        "custody_span",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("child_id", "first", name="pk_custody_span"),
    )


def downgrade() -> None:
    op.drop_table("custody_span")
    op.drop_table("told_school_year")
