"""Absences reported, and objections to a roll-call."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None: ...


def downgrade() -> None: ...
