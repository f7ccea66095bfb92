"""The vault: kinds of documents, keys, sealed documents, shares and their openings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

# What any town asks families for; an agent of the administration changes them afterwards.
TYPES = [
    (
        "assurance",
        "Attestation d’assurance scolaire",
        "Responsabilité civile et individuelle accident, pour l’année scolaire.",
        "school_year",
        10,
    ),
    (
        "quotient_familial",
        "Attestation de quotient familial",
        "De la CAF ou de la MSA, de cette année.",
        "civil_year",
        20,
    ),
    ("certificat_medical", "Certificat médical", "Daté et signé du médecin.", "twelve_months", 30),
    (
        "justificatif_domicile",
        "Justificatif de domicile",
        "De moins de trois mois : facture d’énergie, d’eau, de téléphone fixe, quittance de loyer.",
        "three_months",
        40,
    ),
    ("autre", "Autre document", "", "none", 900),
]


def upgrade() -> None:
    types = op.create_table(
        "document_type",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False, comment="As the parent reads it"),
        sa.Column("hint", sa.String(200), nullable=False, comment="What is expected, in one sentence"),
        sa.Column("validity", sa.String(20), nullable=False, comment="contracts.documents.types.Validity"),
        sa.Column("position", sa.Integer, nullable=False, comment="Lower comes first"),
        sa.PrimaryKeyConstraint("code", name="pk_document_type"),
    )
    names = ("code", "name", "hint", "validity", "position")
    op.bulk_insert(types, [dict(zip(names, row, strict=True)) for row in TYPES])
    op.create_table(
        "account_keys",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False, comment="X25519, 32 bytes"),
        sa.Column("password_wrap", JSONB, nullable=False, comment="Private half under the password"),
        sa.Column("recovery_wrap", JSONB, comment="Private half under the printed code"),
        sa.Column("recovery_made_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_keys"),
    )
    op.create_table(
        "document",
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("document_type", sa.String(40), nullable=False, comment="In clear"),
        sa.Column("size", sa.Integer, nullable=False, comment="Bytes of the document"),
        sa.Column("object_size", sa.Integer, nullable=False, comment="Bytes of its sealed object"),
        sa.Column(
            "sealed_key",
            sa.LargeBinary,
            comment="The file's key, sealed to the account's public key; forgotten at deletion",
        ),
        sa.Column(
            "sealed_description",
            sa.LargeBinary,
            nullable=False,
            comment="File name and media type, under the file's key",
        ),
        sa.Column("stored_at", INSTANT, nullable=False),
        sa.Column("valid_until", sa.Date, comment="In clear; chosen by the parent"),
        sa.Column(
            "deleted_at", INSTANT, comment="Out of the vault; the object stays while a share is readable"
        ),
        sa.Column("expiry_told_at", INSTANT),
        sa.Column("version", sa.Integer, nullable=False, comment="Grows with every change told of"),
        sa.PrimaryKeyConstraint("document_id", name="pk_document"),
        sa.ForeignKeyConstraint(["account_id"], ["account_keys.account_id"], name="fk_document_account_id"),
        sa.ForeignKeyConstraint(["document_type"], ["document_type.code"], name="fk_document_document_type"),
        sa.CheckConstraint(
            "(deleted_at IS NULL) = (sealed_key IS NOT NULL)", name="ck_document_key_until_deleted"
        ),
    )
    op.create_index("ix_document_account_id", "document", ["account_id"])
    op.create_index(
        "ix_document_valid_until",
        "document",
        ["valid_until"],
        postgresql_where=sa.text("deleted_at IS NULL AND expiry_told_at IS NULL"),
    )
    op.create_index(
        "ix_document_deleted_at",
        "document",
        ["deleted_at"],
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_table(
        "share",
        sa.Column("share_id", sa.Uuid, nullable=False),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False, comment="Who shared it"),
        sa.Column("subject_kind", sa.String(40), nullable=False, comment="enrolment, request"),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column(
            "requests_public_key", sa.LargeBinary, nullable=False, comment="The town's key it was sealed to"
        ),
        sa.Column(
            "sealed_key",
            sa.LargeBinary,
            comment="The file's key, sealed to the town's key; forgotten at the end of the term",
        ),
        sa.Column("shared_at", INSTANT, nullable=False),
        sa.Column("readable_until", sa.Date, nullable=False, comment="Last day agents may open it"),
        sa.Column("closed_at", INSTANT),
        sa.PrimaryKeyConstraint("share_id", name="pk_share"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.document_id"], name="fk_share_document_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "document_id", "subject_kind", "subject_id", name="uq_share_document_id_subject_kind_subject_id"
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (sealed_key IS NOT NULL)", name="ck_share_key_until_closed"
        ),
    )
    op.create_index("ix_share_subject_kind_subject_id", "share", ["subject_kind", "subject_id"])
    op.create_index(
        "ix_share_readable_until", "share", ["readable_until"], postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "opening",
        sa.Column("opening_id", sa.Uuid, nullable=False),
        sa.Column("share_id", sa.Uuid, nullable=False),
        sa.Column("agent_id", sa.Uuid, nullable=False),
        sa.Column("agent_name", sa.Text, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("opening_id", name="pk_opening"),
        sa.ForeignKeyConstraint(
            ["share_id"], ["share.share_id"], name="fk_opening_share_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_opening_share_id", "opening", ["share_id"])


def downgrade() -> None:
    for table in ("opening", "share", "document", "account_keys", "document_type"):
        op.drop_table(table)
