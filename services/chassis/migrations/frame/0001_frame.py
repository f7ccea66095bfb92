"""Outbox, inbox, commands and seen versions, with the wake-up call of the relay."""

from alembic import op

from chassis.tables import frame

revision = "0001"
down_revision = None


def upgrade() -> None:
    frame.create_all(op.get_bind(), checkfirst=False)
    # Fires when the writing transaction commits, and never when it rolls back: a wake-up, not the truth.
    op.execute(
        """
        CREATE FUNCTION outbox_written() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER outbox_written AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_written()"
    )


def downgrade() -> None:
    frame.drop_all(op.get_bind())
    op.execute("DROP FUNCTION outbox_written()")
