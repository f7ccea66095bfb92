"""What the town writes to a requester may have documents with it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column(
        "request_step",
        sa.Column(
            "documents",
            postgresql.ARRAY(sa.Uuid()),
            nullable=False,
            server_default="{}",
            comment="Sent by the town with it, into the vault",
        ),
    )


def downgrade() -> None:
    op.drop_column("request_step", "documents")
