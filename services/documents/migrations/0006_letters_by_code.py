"""What the town sends to a request without an account."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column(
        "document",
        sa.Column(
            "request_id",
            sa.Uuid(),
            comment="Sent by the town with a request without an account: sealed to its tracking code",
        ),
    )
    op.create_index("ix_document_request_id", "document", ["request_id"])


def downgrade() -> None:
    op.drop_index("ix_document_request_id", "document")
    op.drop_column("document", "request_id")
