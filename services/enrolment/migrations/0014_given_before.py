"""« Déjà fourni »: documents given to the town are remembered, and serve again for the same household."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_INSTANT = sa.DateTime(timezone=True)
_END = "None: its kind knows no end"


def upgrade() -> None:
    op.add_column("attachment", sa.Column("valid_until", sa.Date(), nullable=True, comment=_END))
    op.add_column(
        "attachment",
        sa.Column(
            "given_at",
            _INSTANT,
            nullable=True,
            comment="When it was given with something else: it serves again",
        ),
    )
    op.add_column(
        "attachment",
        sa.Column(
            "is_coming",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="It serves again, and documents has not passed it on yet",
        ),
    )
    op.alter_column("attachment", "is_coming", server_default=None)
    op.create_table(
        "given_document",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("document_type", sa.String(60), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="Who gave it, a guardian of the family"),
        sa.Column("family_id", sa.Uuid(), nullable=False, comment="The household it was given for"),
        sa.Column(
            "child_id",
            sa.Uuid(),
            nullable=True,
            comment="For whose enrolment; none: for the family's file",
        ),
        sa.Column(
            "serves_household",
            sa.Boolean(),
            nullable=False,
            comment="It serves for all children of the household",
        ),
        sa.Column("given_at", _INSTANT, nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True, comment=_END),
        sa.Column(
            "serves_until",
            sa.Date(),
            nullable=False,
            comment="Last day it counts: valid, and readable by the town",
        ),
        sa.PrimaryKeyConstraint("share_id", name="pk_given_document"),
    )
    op.create_index(
        "ix_given_document_family_id_document_type", "given_document", ["family_id", "document_type"]
    )
    op.create_index("ix_given_document_document_id", "given_document", ["document_id"])
    op.create_index("ix_given_document_serves_until", "given_document", ["serves_until"])


def downgrade() -> None:
    op.drop_table("given_document")
    op.drop_column("attachment", "is_coming")
    op.drop_column("attachment", "given_at")
    op.drop_column("attachment", "valid_until")
