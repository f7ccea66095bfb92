"""What the echo service writes down."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL)")
    op.execute("CREATE TABLE heard (text text NOT NULL, correlation_id text)")
    op.execute("CREATE TABLE mended (at timestamptz NOT NULL DEFAULT now())")


def downgrade() -> None:
    op.execute("DROP TABLE note, heard, mended")
