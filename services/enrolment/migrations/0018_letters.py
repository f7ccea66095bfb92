"""Decision letters are put into vaults by themselves: when each is tried next, and since when it is there."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column(
        "request",
        sa.Column("letter_put_at", sa.DateTime(timezone=True), comment="Since when it is in the vault"),
    )
    op.add_column(
        "request",
        sa.Column(
            "letter_try_at",
            sa.DateTime(timezone=True),
            comment="When it is tried to put it there; none: there is nothing to put",
        ),
    )
    op.add_column("request", sa.Column("letter_tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "request",
        sa.Column(
            "letter_without_vault",
            sa.Boolean(),
            nullable=False,
            server_default="false",
            comment="At the last try the account had no vault",
        ),
    )
    op.execute("UPDATE request SET letter_put_at = closed_at WHERE in_vault")
    # Those that only an agent's button would have put.
    op.execute(
        "UPDATE request SET letter_try_at = closed_at WHERE NOT in_vault AND account_id IS NOT NULL"
        " AND erased_at IS NULL AND state IN ('accepted', 'refused')"
    )
    op.drop_column("request", "in_vault")
    op.create_index(
        "ix_request_letter_try_at",
        "request",
        ["letter_try_at"],
        postgresql_where=sa.text("letter_try_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_request_letter_try_at", "request")
    op.add_column(
        "request",
        sa.Column(
            "in_vault",
            sa.Boolean(),
            nullable=False,
            server_default="false",
            comment="The letter was put into the vault",
        ),
    )
    op.execute("UPDATE request SET in_vault = true WHERE letter_put_at IS NOT NULL")
    op.alter_column("request", "in_vault", server_default=None)
    for column in ("letter_without_vault", "letter_tries", "letter_try_at", "letter_put_at"):
        op.drop_column("request", column)
