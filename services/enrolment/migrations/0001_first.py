"""The offer, enrolments, bookings and their proof, roll-calls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "terms",
            postgresql.JSONB(),
            nullable=False,
            comment="ActivityTerms: rules, documents, weekdays, slots",
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_activity")),
    )
    op.create_table(
        "child",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=True, comment="School; none when gone"),
        sa.Column("class_name", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_child")),
    )
    op.create_index(op.f("ix_child_place_code"), "child", ["place_code"], unique=False)
    op.create_table(
        "family_child",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("family_id", "child_id", name=op.f("pk_family_child")),
    )
    op.create_index(op.f("ix_family_child_child_id"), "family_child", ["child_id"], unique=False)
    op.create_table(
        "family_guardian",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("family_id", "account_id", name=op.f("pk_family_guardian")),
    )
    op.create_index(op.f("ix_family_guardian_account_id"), "family_guardian", ["account_id"], unique=False)
    op.create_table(
        "place",
        sa.Column("code", sa.String(length=40), nullable=False, comment="UAI of a school"),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_place")),
    )
    op.create_table(
        "proof",
        sa.Column("proof_number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("proof_id", sa.Uuid(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False, comment="The save it was part of"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("child_name", sa.String(length=200), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("activity_name", sa.String(length=80), nullable=False),
        sa.Column("place_name", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False, comment="True: booked; false: cancelled"),
        sa.Column("rule_sentence", sa.Text(), nullable=False, comment="The rule in force, as shown"),
        sa.Column(
            "closes_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when the change was allowed",
        ),
        sa.PrimaryKeyConstraint("proof_number", name=op.f("pk_proof")),
        sa.UniqueConstraint("proof_id", name=op.f("uq_proof_proof_id")),
    )
    op.create_index("ix_proof_family", "proof", ["family_id", "proof_number"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False, comment="The family that asked"),
        sa.Column("activity_code", sa.String(length=40), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("school_year", sa.String(length=9), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True, comment="Account; none when an agent did"),
        sa.Column("requested_by_name", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True, comment="Agent; none when the rule did"),
        sa.Column("decided_by_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why it was refused: the parent reads it"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Grows with each change"),
        sa.ForeignKeyConstraint(
            ["activity_code"], ["activity.code"], name=op.f("fk_enrolment_activity_code")
        ),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name=op.f("fk_enrolment_child_id")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_enrolment_place_code")),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_enrolment")),
    )
    op.create_index(op.f("ix_enrolment_child_id"), "enrolment", ["child_id"], unique=False)
    op.create_index("ix_enrolment_state", "enrolment", ["state", "requested_at"], unique=False)
    op.create_index(
        "uq_enrolment_live",
        "enrolment",
        ["child_id", "activity_code", "school_year"],
        unique=True,
        postgresql_where=sa.text("state IN ('requested', 'accepted')"),
    )
    op.create_table(
        "offering",
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("activity_code", sa.String(length=40), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False, comment="Places of a session opened from now on"),
        sa.ForeignKeyConstraint(["activity_code"], ["activity.code"], name=op.f("fk_offering_activity_code")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_offering_place_code")),
        sa.PrimaryKeyConstraint("place_code", "activity_code", name=op.f("pk_offering")),
    )
    op.create_table(
        "session",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("activity_code", sa.String(length=40), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "slot", sa.String(length=40), nullable=False, comment="Part of the day; empty when there is one"
        ),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False, comment="Bookings that hold a place"),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name=op.f("ck_session_taken_fits")),
        sa.ForeignKeyConstraint(["activity_code"], ["activity.code"], name=op.f("fk_session_activity_code")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_session_place_code")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session")),
        sa.UniqueConstraint(
            "place_code",
            "activity_code",
            "day",
            "slot",
            name=op.f("uq_session_place_code_activity_code_day_slot"),
        ),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index("ix_session_day", "session", ["day"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("document_type", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.enrolment_id"], name=op.f("fk_attachment_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("share_id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_enrolment_id"), "attachment", ["enrolment_id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True, comment="Account; none when the town did"),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name=op.f("fk_booking_child_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.session_id"], name=op.f("fk_booking_session_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_booking")),
    )
    op.create_index(
        "ix_booking_session_live",
        "booking",
        ["session_id"],
        unique=False,
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_index(
        "uq_booking_live",
        "booking",
        ["child_id", "session_id"],
        unique=True,
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_table(
        "sheet",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.Uuid(), nullable=True, comment="Agent; none when the installation did"),
        sa.Column("settled_by_name", sa.String(length=200), nullable=False),
        sa.Column(
            "lines",
            postgresql.JSONB(),
            nullable=False,
            comment="AttendanceLine, whole: what was told in attendance.settled",
        ),
        sa.ForeignKeyConstraint(["session_id"], ["session.session_id"], name=op.f("fk_sheet_session_id")),
        sa.PrimaryKeyConstraint("session_id", "version", name=op.f("pk_sheet")),
    )


def downgrade() -> None:

    op.drop_table("sheet")
    op.drop_index("uq_booking_live", table_name="booking", postgresql_where=sa.text("cancelled_at IS NULL"))
    op.drop_index(
        "ix_booking_session_live", table_name="booking", postgresql_where=sa.text("cancelled_at IS NULL")
    )
    op.drop_table("booking")
    op.drop_index(op.f("ix_attachment_enrolment_id"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_index("ix_session_day", table_name="session")
    op.drop_table("session")
    op.drop_table("offering")
    op.drop_index(
        "uq_enrolment_live",
        table_name="enrolment",
        postgresql_where=sa.text("state IN ('requested', 'accepted')"),
    )
    op.drop_index("ix_enrolment_state", table_name="enrolment")
    op.drop_index(op.f("ix_enrolment_child_id"), table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_index("ix_proof_family", table_name="proof")
    op.drop_table("proof")
    op.drop_table("place")
    op.drop_index(op.f("ix_family_guardian_account_id"), table_name="family_guardian")
    op.drop_table("family_guardian")
    op.drop_index(op.f("ix_family_child_child_id"), table_name="family_child")
    op.drop_table("family_child")
    op.drop_index(op.f("ix_child_place_code"), table_name="child")
    op.drop_table("child")
    op.drop_table("activity")
