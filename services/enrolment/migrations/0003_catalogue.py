"""Who may enrol, when: families' residence; places of a group where a place has its own number."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "family",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(200), nullable=False, comment="How agents call it"),
        sa.Column("resident", sa.Boolean(), nullable=False, comment="Lives in the town"),
        sa.PrimaryKeyConstraint("family_id", name="pk_family"),
    )
    op.add_column(
        "offering",
        sa.Column(
            "group_capacity",
            postgresql.JSONB(),
            nullable=False,
            server_default="{}",
            comment="Group code → places here; the activity's own where there is none",
        ),
    )
    op.alter_column("offering", "group_capacity", server_default=None)


def downgrade() -> None:
    op.drop_column("offering", "group_capacity")
    op.drop_table("family")
