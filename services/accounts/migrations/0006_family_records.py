"""Contacts, insurance, vaccinations, diet and health, and the changes asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _changes()
    _contacts()
    _make_health()


def downgrade() -> None:
    _drop_health()
    for table in ("insurance", "contact_child", "contact", "change_request"):
        op.drop_table(table)


def _changes() -> None:
    op.create_table(
        "change_request",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False, comment="The home whose file it is, or that asked"),
        sa.Column("subject_kind", sa.String(20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(700), nullable=False, comment="Whom it was about, as called then"),
        sa.Column("child_id", sa.Uuid(), comment="The child it concerns, where it is one"),
        sa.Column("shared", sa.Boolean(), nullable=False, comment="Concerns every home of the child"),
        sa.Column("field", sa.String(40), nullable=False, comment="* is the subject itself, made or removed"),
        sa.Column("old", postgresql.JSONB(), comment="Empty when it was made"),
        sa.Column("new", postgresql.JSONB(), comment="Empty when it was removed"),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reviewer", sa.String(20), nullable=False, comment="Role of the agents who look at it"),
        sa.Column("asked_by", sa.Uuid(), comment="Account; empty is the installation"),
        sa.Column("asked_name", sa.String(700), nullable=False),
        sa.Column("by_town", sa.Boolean(), nullable=False, comment="Asked by an agent, not by a guardian"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Uuid(), comment="Account that decided or withdrew it"),
        sa.Column("ended_name", sa.String(700), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(500), nullable=False, comment="Of a refusal, for the family to read"),
        sa.ForeignKeyConstraint(["family_id"], ["family.family_id"], name="fk_change_request_family_id"),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_change_request_child_id"),
        sa.PrimaryKeyConstraint("change_id", name="pk_change_request"),
    )
    op.create_index(
        "uq_change_request_awaiting",
        "change_request",
        ["family_id", "subject_kind", "subject_id", "field"],
        unique=True,
        postgresql_where=sa.text("state = 'awaiting'"),
    )
    op.create_index("ix_change_request_queue", "change_request", ["reviewer", "state", "asked_at"])
    op.create_index("ix_change_request_family_id_asked_at", "change_request", ["family_id", "asked_at"])
    op.create_index("ix_change_request_subject", "change_request", ["subject_kind", "subject_id", "field"])
    op.create_index("ix_change_request_child_id", "change_request", ["child_id"])


def _contacts() -> None:
    op.create_table(
        "contact",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("first_name", sa.String(300), nullable=False),
        sa.Column("last_name", sa.String(300), nullable=False),
        sa.Column(
            "relation",
            sa.String(20),
            nullable=False,
            comment="A code of contracts.accounts.contacts.Relation",
        ),
        sa.Column(
            "phones",
            sa.ARRAY(sa.String()),
            nullable=False,
            comment="One or two, as they are dialled from France",
        ),
        sa.Column("call_order", sa.Integer(), comment="1 is called first; empty: not in an emergency"),
        sa.Column("may_collect", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.family_id"], name="fk_contact_family_id"),
        sa.PrimaryKeyConstraint("contact_id", name="pk_contact"),
    )
    op.create_index("ix_contact_family_id", "contact", ["family_id"])
    op.create_table(
        "contact_child",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.contact_id"], name="fk_contact_child_contact_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_contact_child_child_id"),
        sa.PrimaryKeyConstraint("contact_id", "child_id", name="pk_contact_child"),
    )
    op.create_index("ix_contact_child_child_id", "contact_child", ["child_id"])
    op.create_table(
        "insurance",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("company", sa.String(200), nullable=False),
        sa.Column("number", sa.String(100), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False, comment="Last day covered"),
        sa.ForeignKeyConstraint(["family_id"], ["family.family_id"], name="fk_insurance_family_id"),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_insurance_child_id"),
        sa.PrimaryKeyConstraint("family_id", "child_id", name="pk_insurance"),
    )
    op.create_index("ix_insurance_child_id", "insurance", ["child_id"])


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
