"""Addresses confirmed before facts carried them are told once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "account",
        sa.Column(
            "address_told",
            sa.Boolean(),
            nullable=False,
            server_default="false",
            comment="The other services have heard of the address",
        ),
    )
    op.create_index(
        "ix_account_address_told", "account", ["account_id"], postgresql_where=sa.text("NOT address_told")
    )


def downgrade() -> None:
    op.drop_index("ix_account_address_told", "account")
    op.drop_column("account", "address_told")
