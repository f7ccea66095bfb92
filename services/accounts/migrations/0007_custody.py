"""Custody calendars and the school years they refer to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "school_year",
        sa.Column("label", sa.String(9), nullable=False, comment="2026-2027"),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("holidays", postgresql.JSONB(), nullable=False, comment="SchoolHolidays, in order"),
        sa.PrimaryKeyConstraint("label", name="pk_school_year"),
    )
    op.create_table(
        "custody_agreement",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("first_family_id", sa.Uuid(), nullable=False, comment="The side « first »"),
        sa.Column("second_family_id", sa.Uuid(), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False, comment="CustodyTerms"),
        sa.Column("basis", sa.String(20), nullable=False, comment="judgment, agreement"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column(
            "valid_to",
            sa.Date(),
            nullable=True,
            comment="Last day; before the first when it never held; empty while it holds",
        ),
        sa.Column(
            "change_id",
            sa.Uuid(),
            nullable=True,
            comment="Who stated and who decided it; empty when the town wrote it",
        ),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_family_id < second_family_id", name="ck_custody_agreement_sides"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from - 1", name="ck_custody_agreement_validity"
        ),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_custody_agreement_child_id"),
        sa.ForeignKeyConstraint(
            ["first_family_id"], ["family.family_id"], name="fk_custody_agreement_first_family_id"
        ),
        sa.ForeignKeyConstraint(
            ["second_family_id"], ["family.family_id"], name="fk_custody_agreement_second_family_id"
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change_request.change_id"], name="fk_custody_agreement_change_id"
        ),
        sa.PrimaryKeyConstraint("agreement_id", name="pk_custody_agreement"),
    )
    op.create_index("ix_custody_agreement_child_id", "custody_agreement", ["child_id"])
    op.create_index(
        "uq_custody_agreement_open",
        "custody_agreement",
        ["child_id"],
        unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "custody_opinion",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(700), nullable=False),
        sa.Column("opinion", sa.String(10), nullable=False, comment="agrees, objects"),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change_request.change_id"], name="fk_custody_opinion_change_id"
        ),
        sa.ForeignKeyConstraint(["family_id"], ["family.family_id"], name="fk_custody_opinion_family_id"),
        sa.PrimaryKeyConstraint("change_id", "family_id", name="pk_custody_opinion"),
    )
    op.create_table(
        "custody_told",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False, comment="CustodyUpdated, whole"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_custody_told_child_id"),
        sa.PrimaryKeyConstraint("child_id", name="pk_custody_told"),
    )


def downgrade() -> None:
    op.drop_table("custody_told")
    op.drop_table("custody_opinion")
    op.drop_table("custody_agreement")
    op.drop_table("school_year")
