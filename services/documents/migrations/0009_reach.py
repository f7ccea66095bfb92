"""« Déjà fourni »: of whom a document of each kind speaks, in place of « it serves a household, or not »."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "document_type",
        sa.Column(
            "serves",
            sa.String(20),
            nullable=False,
            server_default="child",
            comment="contracts.serving.Reach",
        ),
    )
    op.alter_column("document_type", "serves", server_default=None)
    op.execute("UPDATE document_type SET serves = 'household' WHERE serves_household")
    op.execute("UPDATE document_type SET serves = 'person' WHERE code IN ('piece_identite', 'cv')")
    op.execute("UPDATE document_type SET serves = 'matter' WHERE code = 'certificat_medical'")
    op.execute(
        "UPDATE document_type SET serves = 'nothing' WHERE code IN ('autre', 'lettre_motivation', 'courrier')"
    )
    op.drop_column("document_type", "serves_household")


def downgrade() -> None:
    op.add_column(
        "document_type",
        sa.Column(
            "serves_household",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="One serves for all children of a household",
        ),
    )
    op.alter_column("document_type", "serves_household", server_default=None)
    op.execute("UPDATE document_type SET serves_household = (serves = 'household')")
    op.drop_column("document_type", "serves")
