"""Days on which sessions are closed."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None: ...


def downgrade() -> None: ...
