"""What a payment brought beyond what was still owed."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column(
        "payment",
        sa.Column(
            "over_cents",
            sa.Integer,
            server_default="0",
            nullable=False,
            comment="Of it, more than was owed when it came: the family's credit",
        ),
    )


def downgrade() -> None:
    op.drop_column("payment", "over_cents")
