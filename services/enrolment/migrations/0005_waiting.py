"""Waiting lists, offers with a time to take them, places per group."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None: ...


def downgrade() -> None: ...
