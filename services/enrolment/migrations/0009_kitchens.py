"""Kitchens, diets, meal counts; calendar feeds."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None: ...


def downgrade() -> None: ...
