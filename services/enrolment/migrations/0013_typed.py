"""A draft keeps what was typed and is no answer yet."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column(
        "request_draft",
        sa.Column(
            "typed",
            postgresql.JSONB(),
            nullable=False,
            server_default="{}",
            comment="By field, then by control: what was typed and is no answer that holds",
        ),
    )


def downgrade() -> None:
    op.drop_column("request_draft", "typed")
