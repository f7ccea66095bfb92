"""Absences reported, and objections to a roll-call."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0007"
down_revision = "0006"

INSTANT = TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sheet_child",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "child_id", "family_id", name="pk_sheet_child"),
        sa.ForeignKeyConstraint(["session_id"], ["session.session_id"], name="fk_sheet_child_session_id"),
    )
    op.create_index("ix_sheet_child_child_id", "sheet_child", ["child_id"])
    op.create_index("ix_sheet_child_family_id", "sheet_child", ["family_id"])
    op.execute(
        """
        INSERT INTO sheet_child (session_id, child_id, family_id)
        SELECT DISTINCT session_id, (line ->> 'child_id')::uuid, (line ->> 'family_id')::uuid
        FROM sheet CROSS JOIN jsonb_array_elements(lines) AS line
        """
    )
    op.create_table(
        "absence",
        sa.Column("absence_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False, comment="The family that booked, and is billed"),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="In the parent's own words"),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.Column("reported_by", sa.Uuid(), comment="Account; of either home"),
        sa.Column("reported_by_name", sa.String(200), nullable=False),
        sa.Column(
            "certificate_until",
            sa.Date(),
            comment="Last day to give a certificate; none is needed when empty",
        ),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.Uuid(), comment="Agent; none when the time ran out"),
        sa.Column("decided_by_name", sa.String(200), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False, comment="Why not justified: the parent reads it"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Grows with each change"),
        sa.PrimaryKeyConstraint("absence_id", name="pk_absence"),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_absence_child_id"),
    )
    op.create_index("ix_absence_child_id", "absence", ["child_id"])
    op.create_index("ix_absence_family_id_reported_at", "absence", ["family_id", "reported_at"])
    op.create_index("ix_absence_reported_by", "absence", ["reported_by"])
    op.create_table(
        "absence_day",
        sa.Column("absence_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column(
            "ground", sa.String(20), nullable=False, comment="What the reason is worth, as told when reported"
        ),
        sa.Column("state", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("absence_id", "booking_id", name="pk_absence_day"),
        sa.ForeignKeyConstraint(["absence_id"], ["absence.absence_id"], name="fk_absence_day_absence_id"),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.booking_id"], name="fk_absence_day_booking_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.session_id"], name="fk_absence_day_session_id"),
    )
    op.create_index("ix_absence_day_session_id", "absence_day", ["session_id"])
    op.create_index(
        "uq_absence_day_live",
        "absence_day",
        ["booking_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_index(
        "ix_absence_day_waiting",
        "absence_day",
        ["absence_id"],
        postgresql_where=sa.text("state = 'reported'"),
    )
    op.create_table(
        "absence_attachment",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("absence_id", sa.Uuid(), nullable=False),
        sa.Column("document_type", sa.String(60), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("share_id", name="pk_absence_attachment"),
        sa.ForeignKeyConstraint(
            ["absence_id"], ["absence.absence_id"], name="fk_absence_attachment_absence_id"
        ),
    )
    op.create_index("ix_absence_attachment_absence_id", "absence_attachment", ["absence_id"])
    op.create_table(
        "objection",
        sa.Column("objection_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False, comment="The family that is billed the line"),
        sa.Column("mark", sa.String(40), nullable=False, comment="The mark contested"),
        sa.Column("claim", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_by_name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False, comment="The parent reads it"),
        sa.Column(
            "corrected_to",
            sa.String(40),
            nullable=False,
            comment="The mark it became; empty when maintained, or taken off the sheet",
        ),
        sa.Column("answered_at", INSTANT),
        sa.Column("answered_by", sa.Uuid()),
        sa.Column("answered_by_name", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="Grows with each change"),
        sa.PrimaryKeyConstraint("objection_id", name="pk_objection"),
        sa.ForeignKeyConstraint(["session_id"], ["session.session_id"], name="fk_objection_session_id"),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_objection_child_id"),
    )
    op.create_index("ix_objection_session_id", "objection", ["session_id"])
    op.create_index("ix_objection_child_id", "objection", ["child_id"])
    op.create_index("ix_objection_family_id", "objection", ["family_id"])
    op.create_index("ix_objection_state_made_at", "objection", ["state", "made_at"])
    op.create_index(
        "uq_objection_open",
        "objection",
        ["session_id", "child_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_table("objection")
    op.drop_table("absence_attachment")
    op.drop_table("absence_day")
    op.drop_table("absence")
    op.drop_table("sheet_child")
