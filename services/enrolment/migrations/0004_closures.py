"""Sessions that are closed, and why."""

import sqlalchemy as sa
from alembic import op

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


def downgrade() -> None:
    op.drop_column("session", "closed_because")
