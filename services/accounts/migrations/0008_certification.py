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


def downgrade() -> None:
    op.drop_table("consent_answer")
    op.drop_table("consent_text")
    op.drop_table("consent_kind")
