"""What was done on an account; accounts that are suspended or closed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "account_event",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "action", sa.String(40), nullable=False, comment="A code of contracts.accounts.journal.Action"
        ),
        sa.Column(
            "details",
            postgresql.JSONB(),
            nullable=False,
            comment="What the sentence needs; never a secret",
        ),
        sa.Column(
            "address", sa.String(64), nullable=False, comment="Network address it came from; may be empty"
        ),
        sa.Column("done_by", sa.String(700), nullable=False, comment="Name, when it was not the owner"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_account_event_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name="pk_account_event"),
    )
    op.create_index("ix_account_event_account_id_at", "account_event", ["account_id", "at"])
    op.add_column(
        "account",
        sa.Column("suspended_at", sa.DateTime(timezone=True), comment="An agent who may not come in for now"),
    )
    op.add_column(
        "account",
        sa.Column(
            "closed_at",
            sa.DateTime(timezone=True),
            comment="Closed by its owner: names and address are gone, the row stays for what refers to it",
        ),
    )


def downgrade() -> None:
    op.drop_column("account", "closed_at")
    op.drop_column("account", "suspended_at")
    op.drop_table("account_event")
