"""Documents of requests: given without an account, opened by the department in charge; the town's letters."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_WHO = "Who shared it"


def upgrade() -> None:
    op.alter_column("document", "account_id", nullable=True)
    op.alter_column("share", "account_id", nullable=True, comment=f"{_WHO}; none: given without an account")
    op.create_table(
        "filed_request",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("department_code", sa.String(40), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True, comment="Who filed it; none: without an account"),
        sa.PrimaryKeyConstraint("request_id", name="pk_filed_request"),
    )
    op.create_table(
        "department_agent",
        sa.Column("department_code", sa.String(40), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("department_code", "agent_id", name="pk_department_agent"),
    )
    op.execute(
        "INSERT INTO document_type (code, name, hint, validity, position)"
        " VALUES ('courrier', 'Courrier de la mairie', 'Les réponses à vos demandes.', 'none', 110)"
        " ON CONFLICT (code) DO NOTHING"
    )


def downgrade() -> None:
    op.drop_table("department_agent")
    op.drop_table("filed_request")
    op.execute("DELETE FROM share WHERE account_id IS NULL")
    op.execute("DELETE FROM document WHERE account_id IS NULL")
    op.alter_column("share", "account_id", nullable=False, comment=_WHO)
    op.alter_column("document", "account_id", nullable=False)
