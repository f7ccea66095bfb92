"""Several providers of payment: who sent a notification, when a page was made, where the payer is written to."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column(
        "guardian",
        sa.Column(
            "email",
            sa.String(320),
            server_default="",
            nullable=False,
            comment="PayFiP asks for it; empty: not known",
        ),
    )
    op.add_column(
        "payment",
        sa.Column(
            "real_opened_at", sa.DateTime(timezone=True), comment="When the provider had made the page"
        ),
    )
    op.create_index(
        "ix_payment_ended", "payment", ["real_opened_at"], postgresql_where=sa.text("state = 'expired'")
    )
    op.add_column(
        "notification", sa.Column("provider", sa.String(20), server_default="stripe", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("notification", "provider")
    op.drop_index("ix_payment_ended", "payment")
    op.drop_column("payment", "real_opened_at")
    op.drop_column("guardian", "email")
