"""Lines of a roll-call that may not be billed yet: an absence to decide, an objection to answer."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column(
        "attendance",
        sa.Column(
            "held", sa.String(20), comment="Why the line may not be billed yet; empty: nothing holds it"
        ),
    )


def downgrade() -> None:
    op.drop_column("attendance", "held")
