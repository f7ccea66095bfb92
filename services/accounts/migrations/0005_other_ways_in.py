"""Passkeys and FranceConnect."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("passkey_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False, comment="COSE"),
        sa.Column(
            "sign_count",
            sa.BigInteger(),
            nullable=False,
            comment="Grows with each use where the authenticator counts; 0 where it does not",
        ),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column(
            "synced", sa.Boolean(), nullable=False, comment="Backed up by a manager when it was last used"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_passkey_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("passkey_id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
    )
    op.create_index("ix_passkey_account_id", "passkey", ["account_id"])
    op.create_table(
        "federated_identity",
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False, comment="« sub » of the provider"),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.account_id"],
            name="fk_federated_identity_account_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_federated_identity"),
    )
    op.create_index(
        "uq_federated_identity_account_id_issuer",
        "federated_identity",
        ["account_id", "issuer"],
        unique=True,
    )
    op.create_table(
        "ceremony",
        sa.Column("ceremony_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("account_id", sa.Uuid(), comment="Whose; empty at sign-in"),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_ceremony_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ceremony_id", name="pk_ceremony"),
    )
    op.create_index("ix_ceremony_expires_at", "ceremony", ["expires_at"])
    op.alter_column("registration", "password_hash", nullable=True, comment="Empty when a provider vouches")
    op.add_column(
        "registration",
        sa.Column("issuer", sa.String(300), comment="The provider that will open the account"),
    )
    op.add_column(
        "registration", sa.Column("subject", sa.String(255), comment="Who it is, for that provider")
    )


def downgrade() -> None:
    op.execute("DELETE FROM registration WHERE password_hash IS NULL")
    op.drop_column("registration", "subject")
    op.drop_column("registration", "issuer")
    op.alter_column("registration", "password_hash", nullable=False, comment=None)
    op.drop_table("ceremony")
    op.drop_table("federated_identity")
    op.drop_table("passkey")
