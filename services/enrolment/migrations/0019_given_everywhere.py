"""« Déjà fourni » everywhere: what was given with a démarche, a health sheet or an absence is remembered too, of whom it
speaks, and with what it was given first; requests and absences take what serves again."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_INSTANT = sa.DateTime(timezone=True)
_END = "None: its kind knows no end"
_SINCE = "When it was given with something else: it serves again"
_COMING = "It serves again, and documents has not passed it on yet"
_FIRST = "What it was given with first; empty: with this"


def upgrade() -> None:
    _given_document()
    _add("attachment", "given_with", sa.String(20), "''", _FIRST)
    op.add_column("request_document", sa.Column("serves", sa.String(20), comment="contracts.serving.Reach"))
    op.add_column("request_document", sa.Column("valid_until", sa.Date(), comment=_END))
    op.add_column(
        "request_document", sa.Column("readable_until", sa.Date(), comment="Last day the town can read it")
    )
    op.add_column("request_document", sa.Column("given_at", _INSTANT, comment=_SINCE))
    _add("request_document", "given_with", sa.String(20), "''", _FIRST)
    _add("request_document", "is_coming", sa.Boolean(), "false", _COMING)
    op.add_column("absence_attachment", sa.Column("given_at", _INSTANT, comment=_SINCE))
    _add("absence_attachment", "is_coming", sa.Boolean(), "false", _COMING)
    _add(
        "request",
        "lacking",
        sa.ARRAY(sa.String(60)),
        "'{}'",
        "Kinds of documents that were to serve again and could not: asked of the requester",
    )
    _add(
        "request_draft",
        "reuses",
        sa.ARRAY(sa.String(40)),
        "'{}'",
        "Questions that need no document, to which one given before is given again all the same",
    )


def _given_document() -> None:
    """Of what a medical certificate was given with, only enrolments were remembered until now."""
    op.alter_column(
        "given_document",
        "family_id",
        nullable=True,
        comment="The household it was given for, whose guardian gave it; none: for whoever gave it",
    )
    op.alter_column("given_document", "account_id", comment="Who gave it")
    op.alter_column("given_document", "child_id", comment="Whose matter it was given with; none: no child's")
    _add("given_document", "given_with", sa.String(20), "''", "What it was given with first: a subject kind")
    op.execute(
        "UPDATE given_document SET given_with = CASE WHEN child_id IS NULL THEN 'family' ELSE 'enrolment' END"
    )
    _add("given_document", "serves", sa.String(20), "'child'", "contracts.serving.Reach: of whom it speaks")
    op.execute("UPDATE given_document SET serves = 'household' WHERE serves_household")
    op.execute("UPDATE given_document SET serves = 'matter' WHERE document_type = 'certificat_medical'")
    op.execute(
        "UPDATE given_document SET serves = 'person', family_id = NULL WHERE document_type IN ('piece_identite', 'cv')"
    )
    op.execute("DELETE FROM given_document WHERE document_type IN ('autre', 'lettre_motivation', 'courrier')")
    op.drop_column("given_document", "serves_household")
    op.create_index("ix_given_document_account_id", "given_document", ["account_id"])


def _add(table: str, name: str, kind: sa.types.TypeEngine, value: str, comment: str) -> None:
    """A column that is never empty."""
    op.add_column(
        table, sa.Column(name, kind, nullable=False, server_default=sa.text(value), comment=comment)
    )
    op.alter_column(table, name, server_default=None)


def downgrade() -> None:
    op.drop_column("request_draft", "reuses")
    op.drop_column("request", "lacking")
    op.drop_column("absence_attachment", "is_coming")
    op.drop_column("absence_attachment", "given_at")
    for name in ("is_coming", "given_with", "given_at", "readable_until", "valid_until", "serves"):
        op.drop_column("request_document", name)
    op.drop_column("attachment", "given_with")
    op.drop_index("ix_given_document_account_id", "given_document")
    op.execute(
        "DELETE FROM given_document WHERE family_id IS NULL OR given_with NOT IN ('enrolment', 'family')"
    )
    _add(
        "given_document",
        "serves_household",
        sa.Boolean(),
        "false",
        "It serves for all children of the household",
    )
    op.execute("UPDATE given_document SET serves_household = (serves = 'household')")
    op.drop_column("given_document", "serves")
    op.drop_column("given_document", "given_with")
    op.alter_column("given_document", "child_id", comment="For whose enrolment; none: for the family's file")
    op.alter_column("given_document", "account_id", comment="Who gave it, a guardian of the family")
    op.alter_column("given_document", "family_id", nullable=False, comment="The household it was given for")
