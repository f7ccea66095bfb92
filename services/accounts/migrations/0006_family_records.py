"""Contacts, insurance, vaccinations, diet and health, and the changes asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _make_health()


def downgrade() -> None:
    _drop_health()


def _make_health() -> None:
    op.create_table(
        "child_diet",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("diet", sa.String(30), nullable=False, comment="contracts.accounts.health.Diet"),
        sa.Column(
            "avoided",
            postgresql.ARRAY(sa.String()),
            nullable=False,
            comment="contracts.accounts.health.Allergen, sorted",
        ),
        sa.Column("lunch_box", sa.Boolean(), nullable=False, comment="The family provides the meal"),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="Grows with each change; told with the fact"
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), comment="Account of the parent or of the agent"),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_child_diet_child_id"),
        sa.PrimaryKeyConstraint("child_id", name="pk_child_diet"),
    )
    op.create_table(
        "health_sheet",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="JSON under the health key"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), comment="Account of the parent or of the agent"),
        sa.CheckConstraint("part IN ('care', 'vaccines')", name="ck_health_sheet_part"),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_health_sheet_child_id"),
        sa.PrimaryKeyConstraint("child_id", "part", name="pk_health_sheet"),
    )
    op.create_table(
        "care_proposal",
        sa.Column("proposal_id", sa.Uuid(), nullable=False, comment="The command that made it"),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="JSON under the health key"),
        sa.Column(
            "based_on",
            sa.Integer(),
            nullable=False,
            comment="Version of the care sheet that was shown; 0 is none",
        ),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False, comment="Account of the parent"),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column(
            "decided_by", sa.String(700), nullable=False, server_default="", comment="Name of the agent"
        ),
        sa.Column("answer", sa.LargeBinary(), comment="Sealed words of the agent to the parents"),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'refused', 'withdrawn')", name="ck_care_proposal_state"
        ),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_care_proposal_child_id"),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_care_proposal"),
    )
    op.create_index(
        "uq_care_proposal_waiting",
        "care_proposal",
        ["child_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_care_proposal_child_id_asked_at", "care_proposal", ["child_id", "asked_at"])
    op.create_table(
        "health_reading",
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("agent_name", sa.String(700), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False, comment="contracts.accounts.health.ReadingKind"),
        sa.Column(
            "page", sa.String(40), nullable=False, comment="From which page: kitchen, health, roll_call"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_health_reading_child_id"),
        sa.PrimaryKeyConstraint("reading_id", name="pk_health_reading"),
    )
    op.create_index("ix_health_reading_child_id_at", "health_reading", ["child_id", "at"])
    op.create_index("ix_health_reading_agent_id", "health_reading", ["agent_id"])
    op.create_index("ix_health_reading_at", "health_reading", ["at"])


def _drop_health() -> None:
    for table in ("health_reading", "care_proposal", "health_sheet", "child_diet"):
        op.drop_table(table)
