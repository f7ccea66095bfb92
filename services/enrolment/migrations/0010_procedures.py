"""Procedures as data, the versions of their forms, drafts of answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

_WRITTEN_ONCE = """
CREATE FUNCTION form_version_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published version of a form is never changed';
END $$;
CREATE TRIGGER form_version_written_once BEFORE UPDATE OR DELETE ON form_version
    FOR EACH STATEMENT EXECUTE FUNCTION form_version_is_written_once();
"""


def upgrade() -> None:
    op.create_table(
        "procedure",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("current", sa.Integer(), nullable=True, comment="Number of the version in use"),
        sa.Column("draft", postgresql.JSONB(), nullable=True, comment="ProcedureForm being composed"),
        sa.Column("revision", sa.Integer(), nullable=False, comment="Of anything here"),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column(
            "edition",
            sa.Integer(),
            nullable=True,
            comment="Of the form that the software ships, while it is in use; none: the town's own",
        ),
        sa.PrimaryKeyConstraint("code", name="pk_procedure"),
    )
    op.create_table(
        "form_version",
        sa.Column("procedure_code", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False, comment="ProcedureForm, whole"),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(200), nullable=False, comment="Empty: shipped with the software"),
        sa.ForeignKeyConstraint(
            ["procedure_code"], ["procedure.code"], name="fk_form_version_procedure_code_procedure"
        ),
        sa.PrimaryKeyConstraint("procedure_code", "number", name="pk_form_version"),
    )
    op.create_table(
        "request_draft",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_code", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="Version of the form that is filled"),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column(
            "secret_hash",
            sa.LargeBinary(),
            nullable=True,
            comment="SHA-256 of 32 random bytes that the browser holds",
        ),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column(
            "asked",
            postgresql.ARRAY(sa.String(40)),
            nullable=False,
            comment="Fields that were on a page when it was saved",
        ),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(account_id IS NULL) <> (secret_hash IS NULL)", name="ck_request_draft_one_owner"
        ),
        sa.ForeignKeyConstraint(
            ["procedure_code", "number"],
            ["form_version.procedure_code", "form_version.number"],
            name="fk_request_draft_procedure_code_form_version",
        ),
        sa.PrimaryKeyConstraint("draft_id", name="pk_request_draft"),
    )
    op.create_index("ix_request_draft_account_id", "request_draft", ["account_id"])
    op.create_index("ix_request_draft_updated_at", "request_draft", ["updated_at"])
    op.execute(_WRITTEN_ONCE)


def downgrade() -> None:
    for table in ("request_draft", "form_version", "procedure"):
        op.drop_table(table)
    op.execute("DROP FUNCTION form_version_is_written_once()")
