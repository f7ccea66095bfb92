"""Taps of a roll-call."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0008"
down_revision = "0007"

INSTANT = TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "tap",
        sa.Column("tap_id", sa.Uuid(), nullable=False, comment="Made by the tablet"),
        sa.Column(
            "received",
            sa.BigInteger(),
            sa.Identity(always=True),
            nullable=False,
            comment="Order of reception; of one session also that of the commits, under its lock",
        ),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("seen", sa.String(10), nullable=False, comment="contracts.enrolment.taps.Seen"),
        sa.Column("at", INSTANT, nullable=False, comment="When it was pressed, by the town's clock"),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(80), nullable=False, comment="The tablet, as people would call it"),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="Order of the presses on the tablet"),
        sa.Column(
            "by_name",
            sa.String(200),
            nullable=False,
            comment="Who was signed in on the tablet, as the tablet says",
        ),
        sa.Column("sent_by", sa.Uuid(), comment="The agent whose session brought it"),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column(
            "waits",
            sa.Boolean(),
            nullable=False,
            comment="It came after the sheet was closed, which may say something else, and nobody has looked at it",
        ),
        sa.PrimaryKeyConstraint("tap_id", name="pk_tap"),
        sa.ForeignKeyConstraint(["session_id"], ["session.session_id"], name="fk_tap_session_id"),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_tap_child_id"),
    )
    op.create_index("ix_tap_session_id", "tap", ["session_id"])
    op.create_index("ix_tap_waits", "tap", ["session_id"], postgresql_where=sa.text("waits"))
    op.create_index("ix_tap_received_at", "tap", ["received_at"])


def downgrade() -> None:
    op.drop_table("tap")
