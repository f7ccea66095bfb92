"""A school's next export: who left, what changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column(
        "school_import",
        sa.Column(
            "changes",
            postgresql.JSONB(),
            nullable=False,
            server_default="[]",
            comment="ImportChange, with the choices taken",
        ),
    )
    op.create_table(
        "child_said",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("name_key", sa.String(700), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.child_id"], name="fk_child_said_child_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("child_id", name="pk_child_said"),
        sa.UniqueConstraint("name_key", "birth_date", name="uq_child_said_name_key_birth_date"),
    )
    op.create_table(
        "guardian_said",
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("place_code", sa.String(40), nullable=False),
        sa.Column("name_key", sa.String(700), nullable=False),
        sa.Column("address_key", sa.String(700), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column(
            "settled",
            postgresql.ARRAY(sa.String()),
            nullable=False,
            server_default="{}",
            comment="Differences an agent decided to leave as the family has it",
        ),
        sa.ForeignKeyConstraint(
            ["guardian_id"],
            ["guardian.guardian_id"],
            name="fk_guardian_said_guardian_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("guardian_id", "place_code", name="pk_guardian_said"),
    )
    op.create_index("ix_guardian_said_name_key", "guardian_said", ["name_key"])
    # Until now a register held what the schools' files said and nothing else.
    op.execute(
        "INSERT INTO child_said (child_id, name_key, birth_date) SELECT child_id, name_key, birth_date FROM child"
    )
    op.execute(
        "INSERT INTO guardian_said (guardian_id, place_code, name_key, address_key, email, phone)"
        " SELECT DISTINCT g.guardian_id, c.place_code, g.name_key, f.address_key, g.email, g.phone"
        " FROM guardian g JOIN family f USING (family_id) JOIN family_child l USING (family_id)"
        " JOIN child c USING (child_id) WHERE c.place_code IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("guardian_said")
    op.drop_table("child_said")
    op.drop_column("school_import", "changes")
