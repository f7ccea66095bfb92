"""Accounts, families, activation keys, imports and the outgoing mail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE SEQUENCE family_number START WITH 1001")
    op.create_table(
        "account",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False, comment="Lower case"),
        sa.Column("title", sa.String(length=10), server_default="", nullable=False),
        sa.Column("first_name", sa.String(length=300), nullable=False),
        sa.Column("last_name", sa.String(length=300), nullable=False),
        sa.Column("phone", sa.String(length=40), server_default="", nullable=False),
        sa.Column(
            "password_hash", sa.String(length=200), nullable=True, comment="Argon2id; empty until chosen"
        ),
        sa.Column("roles", sa.ARRAY(sa.String()), server_default="{}", nullable=False, comment="Of an agent"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('citizen', 'agent')", name="ck_account_kind"),
        sa.PrimaryKeyConstraint("account_id", name="pk_account"),
        sa.UniqueConstraint("kind", "email", name="uq_account_kind_email"),
    )
    op.create_table(
        "attempt",
        sa.Column("subject", sa.String(length=80), nullable=False, comment="sign_in:account:<hash> …"),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject", name="pk_attempt"),
    )
    op.create_table(
        "child",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("first_name", sa.String(length=300), nullable=False),
        sa.Column("last_name", sa.String(length=300), nullable=False),
        sa.Column("usage_name", sa.String(length=300), nullable=False),
        sa.Column("name_key", sa.String(length=700), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=True, comment="Empty when the child left"),
        sa.Column("class_name", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=50), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("child_id", name="pk_child"),
        sa.UniqueConstraint("name_key", "birth_date", name="uq_child_name_key_birth_date"),
    )
    op.create_index("ix_child_place_code", "child", ["place_code"], unique=False)
    op.create_table(
        "family",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("street", sa.String(length=300), nullable=False),
        sa.Column("postcode", sa.String(length=300), nullable=False),
        sa.Column("city", sa.String(length=300), nullable=False),
        sa.Column("address_key", sa.String(length=700), nullable=False),
        sa.Column("resident", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="Grows with each fact told of the family"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("family_id", name="pk_family"),
        sa.UniqueConstraint("number", name="uq_family_number"),
    )
    op.create_index("ix_family_address_key", "family", ["address_key"], unique=False)
    op.create_table(
        "mail",
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("to", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="Emptied once sent: it may hold a link"),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False, comment="queued, sent, failed"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("mail_id", name="pk_mail"),
    )
    op.create_index("ix_mail_due", "mail", ["next_try_at"], unique=False, postgresql_where="state = 'queued'")
    op.create_table(
        "place",
        sa.Column("place_code", sa.String(length=40), nullable=False, comment="UAI of a school"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column(
            "city",
            sa.String(length=200),
            nullable=False,
            comment="A family of one of these cities is resident",
        ),
        sa.PrimaryKeyConstraint("place_code", name="pk_place"),
    )
    op.create_table(
        "registration",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the token"),
        sa.Column("command_id", sa.Uuid(), nullable=False, comment="A form sent twice is one asking"),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("title", sa.String(length=10), nullable=False),
        sa.Column("first_name", sa.String(length=300), nullable=False),
        sa.Column("last_name", sa.String(length=300), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "used_by",
            sa.Uuid(),
            nullable=True,
            comment="The command that used it: a repeat is not a second use",
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_registration"),
        sa.UniqueConstraint("command_id", name="uq_registration_command_id"),
    )
    op.create_index("ix_registration_email", "registration", ["email"], unique=False)
    op.create_table(
        "school_import",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False, comment="preview, applied, abandoned"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(length=700), nullable=False, comment="Name of the agent"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "files",
            sa.ARRAY(sa.String()),
            nullable=False,
            comment="Keys in the bucket; deleted when the import is closed",
        ),
        sa.Column(
            "counts",
            postgresql.JSONB(),
            nullable=False,
            comment="RowCounts and ChangeCounts",
        ),
        sa.Column(
            "doubts",
            postgresql.JSONB(),
            nullable=False,
            comment="DoubtView, with the choices taken",
        ),
        sa.Column(
            "homes",
            postgresql.JSONB(),
            nullable=False,
            comment="HomeView of each household",
        ),
        sa.PrimaryKeyConstraint("import_id", name="pk_school_import"),
    )
    op.create_index("ix_school_import_state", "school_import", ["state"], unique=False)
    op.create_table(
        "family_access",
        sa.Column("access_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("agent_name", sa.String(length=700), nullable=False),
        sa.Column(
            "action", sa.String(length=40), nullable=False, comment="open, quotient, key_issued, key_revoked"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.family_id"], name="fk_family_access_family_id"),
        sa.PrimaryKeyConstraint("access_id", name="pk_family_access"),
    )
    op.create_index("ix_family_access_family_id_at", "family_access", ["family_id", "at"], unique=False)
    op.create_table(
        "family_child",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_family_child_child_id"),
        sa.ForeignKeyConstraint(["family_id"], ["family.family_id"], name="fk_family_child_family_id"),
        sa.PrimaryKeyConstraint("family_id", "child_id", name="pk_family_child"),
    )
    op.create_index("ix_family_child_child_id", "family_child", ["child_id"], unique=False)
    op.create_table(
        "guardian",
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("adult_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=10), nullable=False),
        sa.Column("first_name", sa.String(length=300), nullable=False),
        sa.Column("last_name", sa.String(length=300), nullable=False),
        sa.Column("usage_name", sa.String(length=300), nullable=False),
        sa.Column("name_key", sa.String(length=700), nullable=False),
        sa.Column(
            "email",
            sa.String(length=320),
            nullable=False,
            comment="As the school has it; lower case or empty",
        ),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name="fk_guardian_account_id"),
        sa.ForeignKeyConstraint(["family_id"], ["family.family_id"], name="fk_guardian_family_id"),
        sa.PrimaryKeyConstraint("guardian_id", name="pk_guardian"),
    )
    op.create_index("ix_guardian_account_id", "guardian", ["account_id"], unique=False)
    op.create_index("ix_guardian_adult_id", "guardian", ["adult_id"], unique=False)
    op.create_index("ix_guardian_family_id", "guardian", ["family_id"], unique=False)
    op.create_index("ix_guardian_name_key", "guardian", ["name_key"], unique=False)
    op.create_index("uq_guardian_family_account", "guardian", ["family_id", "account_id"], unique=True)
    op.create_table(
        "import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("file", sa.String(length=10), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("label", sa.String(length=1000), nullable=False),
        sa.Column("detail", sa.String(length=4000), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("remarks", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False, comment="The row as it was read"),
        sa.ForeignKeyConstraint(
            ["import_id"], ["school_import.import_id"], name="fk_import_row_import_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "file", "line", name="pk_import_row"),
    )
    op.create_index("ix_import_row_outcome", "import_row", ["import_id", "outcome"], unique=False)
    op.create_table(
        "quotient",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False, comment="First day of the month"),
        sa.Column("euros", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column(
            "set_by", sa.Uuid(), nullable=True, comment="The agent's account; empty is the installation"
        ),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("euros >= 0", name="ck_quotient_euros"),
        sa.ForeignKeyConstraint(["family_id"], ["family.family_id"], name="fk_quotient_family_id"),
        sa.PrimaryKeyConstraint("family_id", "month", name="pk_quotient"),
    )
    op.create_table(
        "reset_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the token"),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "used_by",
            sa.Uuid(),
            nullable=True,
            comment="The command that used it: a repeat is not a second use",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_reset_link_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_reset_link"),
    )
    op.create_index("ix_reset_link_account_id", "reset_link", ["account_id"], unique=False)
    op.create_table(
        "activation_key",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False, comment="HMAC under the pepper"),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column(
            "issued_with", sa.Uuid(), nullable=False, comment="The command; the key is derived from it again"
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redeemed_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["guardian.guardian_id"], name="fk_activation_key_guardian_id"
        ),
        sa.ForeignKeyConstraint(
            ["redeemed_by"], ["account.account_id"], name="fk_activation_key_redeemed_by"
        ),
        sa.PrimaryKeyConstraint("key_hash", name="pk_activation_key"),
    )
    op.create_index("ix_activation_key_guardian_id", "activation_key", ["guardian_id"], unique=False)
    op.create_index("ix_activation_key_issued_with", "activation_key", ["issued_with"], unique=False)
    op.create_index(
        "uq_activation_key_live",
        "activation_key",
        ["guardian_id"],
        unique=True,
        postgresql_where="revoked_at IS NULL AND redeemed_at IS NULL",
    )


def downgrade() -> None:
    op.execute(
        "DROP TABLE account, attempt, child, family, mail, place, registration, school_import, family_access, family_child, guardian, import_row, quotient, reset_link, activation_key"
    )
    op.execute("DROP SEQUENCE family_number")
