"""Second factor of agents; what exactly an agent looked at in a family's file."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "sealed_secret", sa.LargeBinary(), nullable=False, comment="Under ESPACE_SECOND_FACTOR_KEY"
        ),
        sa.Column(
            "last_counter",
            sa.BigInteger(),
            nullable=False,
            comment="Thirty-second step of the last code accepted: none twice",
        ),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_second_factor_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_second_factor"),
    )
    op.create_table(
        "recovery_code",
        sa.Column(
            "code_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the account and the code"
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_recovery_code_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hash", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_account_id", "recovery_code", ["account_id"])
    op.create_table(
        "sign_in_ticket",
        sa.Column("ticket_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the ticket"),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "sealed_secret",
            sa.LargeBinary(),
            comment="Of the authenticator to set up; empty when there is one",
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.Uuid(), comment="The command that used it: a repeat is not a second use"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_sign_in_ticket_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_hash", name="pk_sign_in_ticket"),
    )
    op.create_index("ix_sign_in_ticket_account_id", "sign_in_ticket", ["account_id"])
    op.alter_column("family_access", "action", comment="A code of contracts.accounts.accesses.Access")
    op.add_column(
        "family_access",
        sa.Column(
            "detail",
            sa.String(300),
            nullable=False,
            server_default="",
            comment="What was opened: an invoice's number, a child's first name",
        ),
    )
    op.create_index("ix_family_access_at", "family_access", ["at"])
    op.create_index("ix_family_access_agent_id_at", "family_access", ["agent_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_family_access_agent_id_at", "family_access")
    op.drop_index("ix_family_access_at", "family_access")
    op.drop_column("family_access", "detail")
    op.alter_column("family_access", "action", comment="open, quotient, key_issued, key_revoked")
    op.execute("DROP TABLE sign_in_ticket, recovery_code, second_factor")
