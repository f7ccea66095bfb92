"""Sessions that are closed, and why; the closures that agents declared."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column(
        "session",
        sa.Column(
            "closed_because",
            sa.String(200),
            nullable=False,
            server_default="",
            comment="Why it does not run, as parents read it; empty: it runs",
        ),
    )
    op.alter_column("session", "closed_because", server_default=None)
    instant = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "closure",
        sa.Column("closure_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("place_code", sa.String(40), nullable=True, comment="None: every place"),
        sa.Column("activity_code", sa.String(40), nullable=True, comment="None: every activity"),
        sa.Column("slot", sa.String(40), nullable=True, comment="None: the whole day"),
        sa.Column("reason", sa.String(200), nullable=False, comment="As parents read it"),
        sa.Column("declared_at", instant, nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=True, comment="Agent; none when the installation did"),
        sa.Column("declared_by_name", sa.String(200), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False, comment="What its proofs carry"),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("bookings", sa.Integer(), nullable=False),
        sa.Column("lifted_at", instant, nullable=True),
        sa.Column("lifted_by_name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("closure_id", name="pk_closure"),
    )
    op.create_index(
        "ix_closure_days", "closure", ["first", "last"], postgresql_where=sa.text("lifted_at IS NULL")
    )


def downgrade() -> None:
    op.drop_table("closure")
    op.drop_column("session", "closed_because")
