"""Requests that were filed, what happened to each, the departments in charge."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

_OPEN = sa.text("state IN ('received', 'in_progress', 'information_asked')")
_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "department",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False, comment="As the forms name it"),
        sa.Column(
            "email", sa.String(320), nullable=False, comment="Its mailbox: told of what is due; empty: nobody"
        ),
        sa.Column(
            "system",
            sa.String(80),
            nullable=False,
            comment="The broker user whose orders count for its requests; empty: none",
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="Grows with each change"),
        sa.PrimaryKeyConstraint("code", name="pk_department"),
        sa.UniqueConstraint("name", name="uq_department_name"),
    )
    op.create_table(
        "department_agent",
        sa.Column("department_code", sa.String(40), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False, comment="As the administrator saw it"),
        sa.ForeignKeyConstraint(
            ["department_code"], ["department.code"], name="fk_department_agent_department_code_department"
        ),
        sa.PrimaryKeyConstraint("department_code", "agent_id", name="pk_department_agent"),
    )
    op.create_index("ix_department_agent_agent_id", "department_agent", ["agent_id"])
    op.create_table(
        "request_number",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_request_number"),
    )
    op.create_table(
        "request",
        sa.Column("request_id", sa.Uuid(), nullable=False, comment="The draft's it was made of"),
        sa.Column("number", sa.String(20), nullable=False, comment="2026-000123"),
        sa.Column("procedure_code", sa.String(40), nullable=False),
        sa.Column(
            "form_number", sa.Integer(), nullable=False, comment="The version of the form that was filled"
        ),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True, comment="None: filed without an account"),
        sa.Column("email", sa.String(320), nullable=False, comment="Where the requester is written to"),
        sa.Column("answers", postgresql.JSONB(), nullable=False, comment="By field; empty once erased"),
        sa.Column(
            "code_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the tracking code, 80 bits"
        ),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False, comment="Which table of states is its"),
        sa.Column("silence", sa.String(20), nullable=False, comment="What no answer in time means"),
        sa.Column("department_code", sa.String(40), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True, comment="Whose it is to answer"),
        sa.Column("agent_name", sa.String(200), nullable=False),
        sa.Column("submitted_at", _INSTANT, nullable=False),
        sa.Column(
            "due_on",
            sa.Date(),
            nullable=False,
            comment="Until when the department answers; moves with a pause",
        ),
        sa.Column(
            "silence_on", sa.Date(), nullable=False, comment="When no answer counts as one; moves with it"
        ),
        sa.Column("paused_on", sa.Date(), nullable=True, comment="Since when information is awaited"),
        sa.Column("warned", sa.String(10), nullable=False, comment="soon, late: what was told of the delay"),
        sa.Column("closed_at", _INSTANT, nullable=True, comment="Decided or withdrawn"),
        sa.Column("letter", sa.Text(), nullable=False, comment="The decision, as the requester reads it"),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("in_vault", sa.Boolean(), nullable=False, comment="The letter was put into the vault"),
        sa.Column(
            "retention_months", sa.Integer(), nullable=False, comment="Kept so long after it is closed"
        ),
        sa.Column("erased_at", _INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, comment="Grows with each change"),
        sa.ForeignKeyConstraint(
            ["department_code"], ["department.code"], name="fk_request_department_code_department"
        ),
        sa.PrimaryKeyConstraint("request_id", name="pk_request"),
        sa.UniqueConstraint("number", name="uq_request_number"),
    )
    op.create_index("ix_request_account_id", "request", ["account_id", "submitted_at"])
    op.create_index("ix_request_agent_id", "request", ["agent_id"])
    op.create_index("ix_request_queue", "request", ["department_code", "due_on"], postgresql_where=_OPEN)
    op.create_index("ix_request_due_on", "request", ["due_on"], postgresql_where=_OPEN)
    op.create_index(
        "ix_request_closed_at", "request", ["closed_at"], postgresql_where=sa.text("erased_at IS NULL")
    )
    op.create_index(
        "ix_request_email",
        "request",
        ["email"],
        postgresql_where=sa.text("account_id IS NULL AND erased_at IS NULL"),
    )
    op.create_table(
        "request_step",
        sa.Column("step_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("side", sa.String(10), nullable=False, comment="requester, town, system"),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.request_id"], name="fk_request_step_request_id_request"
        ),
        sa.PrimaryKeyConstraint("step_id", name="pk_request_step"),
    )
    op.create_index("ix_request_step_request_id", "request_step", ["request_id", "step_id"])
    op.create_table(
        "request_document",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("document_type", sa.String(60), nullable=False),
        sa.Column(
            "account_id", sa.Uuid(), nullable=True, comment="Whose vault it is of; None: sent without one"
        ),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("share_id", name="pk_request_document"),
    )
    op.create_index("ix_request_document_request_id", "request_document", ["request_id"])
    op.create_table(
        "account_address",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_address"),
    )
    op.create_index("ix_account_address_email", "account_address", ["email"])
    op.create_table(
        "attempt",
        sa.Column("subject", sa.String(80), nullable=False, comment="tracking:account:<hash> …"),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", _INSTANT, nullable=False),
        sa.Column("blocked_until", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("subject", name="pk_attempt"),
    )


def downgrade() -> None:
    for table in (
        "attempt",
        "account_address",
        "request_document",
        "request_step",
        "request",
        "request_number",
        "department_agent",
        "department",
    ):
        op.drop_table(table)
