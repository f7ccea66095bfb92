"""The drafts of a browser without account are found by what it holds."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_index("ix_request_draft_secret_hash", "request_draft", ["secret_hash"])


def downgrade() -> None:
    op.drop_index("ix_request_draft_secret_hash", "request_draft")
