"""What is sent to a request without an account is sealed to its tracking code."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column(
        "request",
        sa.Column(
            "code_key",
            sa.LargeBinary(),
            comment="Public half of the key that the code is; none: not followed since there is one",
        ),
    )
    op.add_column(
        "request_step",
        sa.Column(
            "by_code",
            sa.Boolean(),
            nullable=False,
            server_default="false",
            comment="They are sealed to the tracking code instead",
        ),
    )


def downgrade() -> None:
    op.drop_column("request_step", "by_code")
    op.drop_column("request", "code_key")
