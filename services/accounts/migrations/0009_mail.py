"""Preferences, bounces and digests of the outgoing mail."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
