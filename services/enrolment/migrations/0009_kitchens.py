"""Kitchens, diets, meal counts; secret addresses of calendars."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "kitchen",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_kitchen"),
    )
    op.create_table(
        "kitchen_place",
        sa.Column("place_code", sa.String(40), nullable=False),
        sa.Column("kitchen_code", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name="fk_kitchen_place_place_code_place"),
        sa.ForeignKeyConstraint(
            ["kitchen_code"], ["kitchen.code"], name="fk_kitchen_place_kitchen_code_kitchen"
        ),
        sa.PrimaryKeyConstraint("place_code", name="pk_kitchen_place"),
    )
    op.create_index("ix_kitchen_place_kitchen_code", "kitchen_place", ["kitchen_code"])
    op.create_table(
        "child_diet",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("diet", sa.String(30), nullable=False),
        sa.Column(
            "avoided",
            postgresql.ARRAY(sa.String(30)),
            nullable=False,
            comment="Regulation (EU) 1169/2011, annex II",
        ),
        sa.Column("lunch_box", sa.Boolean(), nullable=False, comment="The family provides the meal"),
        sa.PrimaryKeyConstraint("child_id", name="pk_child_diet"),
    )
    op.create_table(
        "told_meals",
        sa.Column("kitchen_code", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False, comment="MealsCounted, whole"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("first_total", sa.Integer(), nullable=False, comment="Meals when the bookings closed"),
        sa.PrimaryKeyConstraint("kitchen_code", "day", name="pk_told_meals"),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of 192 random bits"),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "family_id", name="pk_calendar_feed"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_feed_token_hash"),
    )


def downgrade() -> None:
    for table in ("calendar_feed", "told_meals", "child_diet", "kitchen_place", "kitchen"):
        op.drop_table(table)
