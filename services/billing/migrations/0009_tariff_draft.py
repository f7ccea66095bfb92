"""Tariffs are prepared as drafts before they are published."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "tariff_draft",
        sa.Column("draft_id", sa.Uuid, nullable=False),
        sa.Column("activity_code", sa.String(40), nullable=False),
        sa.Column("place_code", sa.String(40), nullable=False, comment="Empty: everywhere"),
        sa.Column("rule", JSONB, nullable=False, comment="A TariffRule of the contracts"),
        sa.Column("version", sa.Integer, nullable=False, comment="Grows at each change"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(250), nullable=False, comment="An agent's name, as others read it"),
        sa.PrimaryKeyConstraint("draft_id", name="pk_tariff_draft"),
        sa.UniqueConstraint("activity_code", "place_code", name="uq_tariff_draft_activity_code_place_code"),
    )


def downgrade() -> None:
    op.drop_table("tariff_draft")
