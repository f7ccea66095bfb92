"""Files that agents send lie nowhere until enrolment has told of the message they go with."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "coming_file",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), comment="Whose vault it goes into; none: to the tracking code"),
        sa.Column("public_key", sa.LargeBinary(), nullable=False, comment="What its key is sealed to"),
        sa.Column("size", sa.Integer(), nullable=False, comment="Bytes of the document"),
        sa.Column("object_size", sa.Integer(), nullable=False, comment="Bytes of its sealed object"),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_description", sa.LargeBinary(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_coming_file"),
    )
    op.create_index("ix_coming_file_request_id", "coming_file", ["request_id"])
    op.create_index("ix_coming_file_put_at", "coming_file", ["put_at"])


def downgrade() -> None:
    op.drop_table("coming_file")
