"""A session knows that its activity was changed: a save that waited for it is judged anew."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "session",
        sa.Column(
            "edition",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="Grows when an agent changes its activity: who has judged by another edition judges anew",
        ),
    )


def downgrade() -> None:
    op.drop_column("session", "edition")
