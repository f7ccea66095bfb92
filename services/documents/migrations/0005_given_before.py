"""« Déjà fourni »: until when what was given counts, what was carried to another subject, what serves a household."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
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
    op.execute(
        "UPDATE document_type SET serves_household = true"
        " WHERE code IN ('quotient_familial', 'justificatif_domicile', 'livret_famille')"
    )
    op.add_column(
        "share",
        sa.Column(
            "serves_until",
            sa.Date(),
            nullable=True,
            comment="Last day it counts as given: its own date or its type's, whichever comes first",
        ),
    )
    op.add_column(
        "share",
        sa.Column(
            "carried_from", sa.Uuid(), nullable=True, comment="The share whose key it has, given before"
        ),
    )


def downgrade() -> None:
    op.drop_column("share", "carried_from")
    op.drop_column("share", "serves_until")
    op.drop_column("document_type", "serves_household")
