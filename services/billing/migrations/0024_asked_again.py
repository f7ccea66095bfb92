"""When billing last asked accounts to tell a family again: what was told before civil status lacks it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column(
        "family",
        sa.Column(
            "asked_again_on",
            sa.Date,
            comment="When accounts was last asked to tell it again, for what billing lacks",
        ),
    )


def downgrade() -> None:
    op.drop_column("family", "asked_again_on")
