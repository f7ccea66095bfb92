"""Consents and the yearly certification."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "consent_kind",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column(
            "needs_all_guardians",
            sa.Boolean(),
            nullable=False,
            comment="Beyond the usual acts that one parent may do alone (Code civil 372-2)",
        ),
        sa.Column(
            "answer_required",
            sa.Boolean(),
            nullable=False,
            comment="The file is not certified without an answer",
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="Of the text asked now"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), comment="Asked no more"),
        sa.PrimaryKeyConstraint("code", name="pk_consent_kind"),
    )
    op.create_table(
        "consent_text",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False, comment="What a no, or taking a yes back, entails"),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), comment="Account; empty is the installation"),
        sa.Column("published_name", sa.String(700), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["consent_kind.code"], name="fk_consent_text_code"),
        sa.PrimaryKeyConstraint("code", "version", name="pk_consent_text"),
    )
    op.create_table(
        "consent_answer",
        sa.Column("answer_id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "adult_id",
            sa.Uuid(),
            nullable=False,
            comment="guardian.adult_id: one person, in whichever home",
        ),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=False, comment="Account"),
        sa.Column("answered_name", sa.String(700), nullable=False, comment="As the account was called then"),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name="fk_consent_answer_child_id"),
        sa.ForeignKeyConstraint(
            ["code", "version"],
            ["consent_text.code", "consent_text.version"],
            name="fk_consent_answer_code",
        ),
        sa.PrimaryKeyConstraint("answer_id", name="pk_consent_answer"),
    )
    op.create_index("ix_consent_answer_child_id_code", "consent_answer", ["child_id", "code"])
    op.create_table(
        "certification",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("school_year", sa.String(9), nullable=False, comment="2026-2027"),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=False, comment="Account"),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("signer_name", sa.String(700), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False, comment="The sentence that was signed"),
        sa.Column(
            "snapshot",
            sa.LargeBinary(),
            nullable=False,
            comment="Every value that was on the page: JSON, sealed, since health is among them",
        ),
        sa.Column(
            "digest",
            sa.String(64),
            nullable=False,
            comment="SHA-256 of the snapshot before it was sealed",
        ),
        sa.ForeignKeyConstraint(["family_id"], ["family.family_id"], name="fk_certification_family_id"),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["guardian.guardian_id"], name="fk_certification_guardian_id"
        ),
        sa.PrimaryKeyConstraint("family_id", "school_year", name="pk_certification"),
    )
    op.create_table(
        "certification_reminder",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("school_year", sa.String(9), nullable=False),
        sa.Column("step", sa.Date(), nullable=False, comment="The date it was due from"),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["family_id"], ["family.family_id"], name="fk_certification_reminder_family_id"
        ),
        sa.PrimaryKeyConstraint("family_id", "school_year", "step", name="pk_certification_reminder"),
    )


def downgrade() -> None:
    op.drop_table("certification_reminder")
    op.drop_table("certification")
    op.drop_table("consent_answer")
    op.drop_table("consent_text")
    op.drop_table("consent_kind")
