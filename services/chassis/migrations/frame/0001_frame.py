"""Outbox, inbox, commands and seen versions, with the wake-up call of the relay."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE outbox (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_outbox PRIMARY KEY,
            event_id uuid NOT NULL CONSTRAINT uq_outbox_event_id UNIQUE,
            name varchar(100) NOT NULL,
            type varchar(200) NOT NULL,
            correlation_id varchar(100) NOT NULL DEFAULT '',
            body text NOT NULL,
            written_at timestamptz NOT NULL DEFAULT now(),
            published_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX ix_outbox_waiting ON outbox (id) WHERE published_at IS NULL")
    op.execute(
        """
        CREATE TABLE inbox (
            event_id uuid NOT NULL,
            handler varchar(100) NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_inbox PRIMARY KEY (event_id, handler)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE command (
            command_id uuid CONSTRAINT pk_command PRIMARY KEY,
            method varchar(100) NOT NULL,
            digest bytea NOT NULL,
            answer text,
            done_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute(
        """
        CREATE TABLE seen (
            kind varchar(50) NOT NULL,
            subject varchar(100) NOT NULL,
            version integer NOT NULL,
            CONSTRAINT pk_seen PRIMARY KEY (kind, subject)
        )
        """
    )
    # Fires when the writing transaction commits, and never when it rolls back: a wake-up, not the truth.
    op.execute(
        """
        CREATE FUNCTION outbox_written() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER outbox_written AFTER INSERT ON outbox"
        " FOR EACH STATEMENT EXECUTE FUNCTION outbox_written()"
    )


def downgrade() -> None:
    op.execute("DROP TABLE outbox, inbox, command, seen")
    op.execute("DROP FUNCTION outbox_written()")
