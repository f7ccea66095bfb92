"""Who may enrol, when; groups and the grain of a booking."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None: ...


def downgrade() -> None: ...
