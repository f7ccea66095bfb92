"""Changes of address and telephone, asked for and not yet confirmed; failed sign-ins, until they are noted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.alter_column("account", "phone", existing_type=sa.String(40), comment="E.164")
    op.add_column(
        "account",
        sa.Column("phone_verified_at", sa.DateTime(timezone=True), comment="A code sent to it was typed"),
    )
    op.add_column(
        "account",
        sa.Column(
            "password_set_by",
            sa.Uuid(),
            comment="The command that changed the password last: a repeat changes nothing",
        ),
    )
    op.create_table(
        "contact_change",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False, comment="A form sent twice is one asking"),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column(
            "value", sa.String(320), nullable=False, comment="Address in lower case, or number in E.164"
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "old_hash",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 of the link's token sent to the account's address",
        ),
        sa.Column(
            "new_hash",
            sa.LargeBinary(),
            comment="The same for the new address; empty for a telephone",
        ),
        sa.Column(
            "code_hash",
            sa.LargeBinary(),
            comment="HMAC of the code sent by text message; empty when there are none",
        ),
        sa.Column("code_until", sa.DateTime(timezone=True)),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("old_agreed_by", sa.Uuid(), comment="The command that agreed: a repeat changes nothing"),
        sa.Column("new_agreed_by", sa.Uuid()),
        sa.Column(
            "asked_by_agent",
            sa.String(700),
            nullable=False,
            comment="The agent's name, who stands for the old side",
        ),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_contact_change_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("change_id", name="pk_contact_change"),
        sa.UniqueConstraint("account_id", "kind", name="uq_contact_change_account_id_kind"),
        sa.UniqueConstraint("command_id", name="uq_contact_change_command_id"),
        sa.UniqueConstraint("old_hash", name="uq_contact_change_old_hash"),
        sa.UniqueConstraint("new_hash", name="uq_contact_change_new_hash"),
        sa.CheckConstraint("kind IN ('email', 'phone')", name="ck_contact_change_kind"),
    )
    op.create_table(
        "failed_sign_in",
        sa.Column("failure_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("email", sa.String(320), nullable=False, comment="As it was typed, lower case"),
        sa.Column("address", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("failure_id", name="pk_failed_sign_in"),
    )


def downgrade() -> None:
    op.drop_table("failed_sign_in")
    op.drop_table("contact_change")
    op.drop_column("account", "password_set_by")
    op.drop_column("account", "phone_verified_at")
    op.alter_column("account", "phone", existing_type=sa.String(40), comment=None)
