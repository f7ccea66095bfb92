"""What enrolment counted for a run, beside which billing's copy of the sheets must stand."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "sheet_count",
        sa.Column("run_id", sa.Uuid, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False, comment="How many there are for the run"),
        sa.Column("place_code", sa.String(40), nullable=False),
        sa.Column("sheets", JSONB, nullable=False, comment="CountedSheet, as told in attendance.counted"),
        sa.PrimaryKeyConstraint("run_id", "part", name="pk_sheet_count"),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_sheet_count_run_id", ondelete="CASCADE"),
    )


def downgrade() -> None:
    op.drop_table("sheet_count")
