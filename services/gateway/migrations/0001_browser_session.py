"""Browser sessions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "browser_session",
        sa.Column(
            "session_id", sa.Uuid, nullable=False, comment="Shown in the list of open sessions; opens nothing"
        ),
        sa.Column(
            "token_hash",
            sa.LargeBinary,
            nullable=False,
            comment="SHA-256 of the cookie's token; the token itself is stored nowhere",
        ),
        sa.Column("kind", sa.String(20), nullable=False, comment="citizen or agent"),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False, comment="As shown in the header"),
        sa.Column(
            "roles", ARRAY(sa.String(40)), nullable=False, comment="Of an agent, as they were at sign-in"
        ),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column(
            "browser", sa.String(300), nullable=False, comment="User-Agent, to recognise one's own sessions"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, comment="To the minute"),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Whatever happens, not after this",
        ),
        sa.Column(
            "last_sign_in",
            sa.DateTime(timezone=True),
            comment="The sign-in before this one, for « Dernière connexion »",
        ),
        sa.Column("data", JSONB, nullable=False),
        sa.Column(
            "vault_key",
            sa.LargeBinary,
            comment="Private key of the vault, sealed under a key derived from the cookie's token",
        ),
        sa.PrimaryKeyConstraint("session_id", name="pk_browser_session"),
        sa.UniqueConstraint("token_hash", name="uq_browser_session_token_hash"),
    )
    op.create_index("ix_browser_session_account", "browser_session", ["account_id"])
    op.create_index("ix_browser_session_expires_at", "browser_session", ["expires_at"])


def downgrade() -> None:
    op.drop_table("browser_session")
