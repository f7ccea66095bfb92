"""Changes of address and telephone, asked for and not yet confirmed."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
