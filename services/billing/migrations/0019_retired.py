"""Activities that take nobody new: their price is estimated for nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column(
        "activity",
        sa.Column(
            "retired",
            sa.Boolean,
            server_default="false",
            nullable=False,
            comment="Takes nobody new: not estimated",
        ),
    )


def downgrade() -> None:
    op.drop_column("activity", "retired")
