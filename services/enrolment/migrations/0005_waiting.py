"""Places per group; waiting lists of sessions and of activities, offers with a time to take them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

LIVE = "state IN ('requested', 'accepted')"
LIVE_NOW = "state IN ('requested', 'waiting', 'offered', 'accepted')"
INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "session_group",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("group_code", sa.String(40), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name="ck_session_group_taken_fits"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.session_id"], name="fk_session_group_session_id_session"
        ),
        sa.PrimaryKeyConstraint("session_id", "group_code", name="pk_session_group"),
    )
    op.add_column(
        "booking",
        sa.Column(
            "group_code", sa.String(40), nullable=True, comment="Whose places it takes; none: no groups"
        ),
    )
    op.alter_column(
        "session",
        "taken",
        comment="Bookings and offers that hold a place",
        existing_comment="Bookings that hold a place",
        existing_type=sa.Integer(),
        existing_nullable=False,
    )
    op.create_table(
        "waiting_place",
        sa.Column("waiting_id", sa.Uuid(), nullable=False),
        sa.Column(
            "number", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="Order of asking"
        ),
        sa.Column(
            "anchor_id",
            sa.Uuid(),
            nullable=False,
            comment="The session, or the first one of the week: it names the line",
        ),
        sa.Column(
            "session_ids",
            postgresql.ARRAY(sa.Uuid()),
            nullable=False,
            comment="All the sessions that go together",
        ),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False, comment="The family that asked, and is told"),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("group_code", sa.String(40), nullable=True),
        sa.Column(
            "comes_first", sa.Boolean(), nullable=False, comment="Resident, where residents come first"
        ),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("offer_ends_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True, comment="When it was taken, refused, left or over"),
        sa.PrimaryKeyConstraint("waiting_id", name="pk_waiting_place"),
        sa.UniqueConstraint("number", name="uq_waiting_place_number"),
    )
    live = sa.text("state IN ('waiting', 'offered')")
    op.create_index(
        "uq_waiting_place_live",
        "waiting_place",
        ["child_id", "anchor_id"],
        unique=True,
        postgresql_where=live,
    )
    op.create_index(
        "ix_waiting_place_line",
        "waiting_place",
        ["session_ids"],
        postgresql_using="gin",
        postgresql_where=live,
    )
    op.create_index(
        "ix_waiting_place_ends",
        "waiting_place",
        ["offer_ends_at"],
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_index("ix_waiting_place_child_id", "waiting_place", ["child_id"])
    op.add_column(
        "enrolment",
        sa.Column("waiting_since", INSTANT, nullable=True, comment="Since when in the line; it keeps it"),
    )
    op.add_column(
        "enrolment",
        sa.Column("offer_ends_at", INSTANT, nullable=True, comment="Until when a freed place is theirs"),
    )
    op.add_column(
        "enrolment",
        sa.Column(
            "accepted_because",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="Why before others who had waited longer: agents read it",
        ),
    )
    op.create_index("ix_proof_account", "proof", ["account_id", "proof_number"])
    _live_index(LIVE_NOW)


def downgrade() -> None:
    _live_index(LIVE)
    op.drop_index("ix_proof_account", "proof")
    op.drop_column("enrolment", "accepted_because")
    op.drop_column("enrolment", "offer_ends_at")
    op.drop_column("enrolment", "waiting_since")
    op.drop_table("waiting_place")
    op.alter_column(
        "session",
        "taken",
        comment="Bookings that hold a place",
        existing_comment="Bookings and offers that hold a place",
        existing_type=sa.Integer(),
        existing_nullable=False,
    )
    op.drop_column("booking", "group_code")
    op.drop_table("session_group")


def _live_index(states: str) -> None:
    op.drop_index("uq_enrolment_live", "enrolment")
    op.create_index(
        "uq_enrolment_live",
        "enrolment",
        ["child_id", "activity_code", "school_year"],
        unique=True,
        postgresql_where=sa.text(states),
    )
