"""What a service could not apply becomes rows of its own, with what was done about it; the relay puts one back."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE outbox ADD COLUMN queue varchar(100), ADD COLUMN sender varchar(100)")
    op.execute(
        """
        CREATE TABLE parked (
            parked_id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_parked PRIMARY KEY,
            queue varchar(100) NOT NULL,
            mark varchar(100) NOT NULL,
            parking varchar(200) NOT NULL,
            event_id uuid,
            type varchar(200) NOT NULL,
            subject varchar(200) NOT NULL,
            source varchar(200) NOT NULL,
            sender varchar(100),
            version integer,
            occurred_at timestamptz,
            correlation_id varchar(100) NOT NULL,
            body text,
            is_text boolean NOT NULL,
            failure varchar(200) NOT NULL,
            words text,
            handler varchar(100) NOT NULL,
            tries integer NOT NULL,
            times integer NOT NULL,
            first_failed_at timestamptz NOT NULL,
            last_failed_at timestamptz NOT NULL,
            state varchar(20) NOT NULL,
            changed_at timestamptz NOT NULL,
            CONSTRAINT uq_parked_queue_mark UNIQUE (queue, mark)
        )
        """
    )
    op.execute("CREATE INDEX ix_parked_state ON parked (state, last_failed_at)")
    op.execute("CREATE INDEX ix_parked_event_id ON parked (event_id)")
    op.execute(
        """
        CREATE TABLE parked_act (
            act_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_parked_act PRIMARY KEY,
            parked_id uuid NOT NULL CONSTRAINT fk_parked_act_parked_id_parked
                REFERENCES parked (parked_id) ON DELETE CASCADE,
            act varchar(20) NOT NULL,
            at timestamptz NOT NULL,
            account_id uuid,
            by_name varchar(200) NOT NULL,
            words varchar(500) NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_parked_act_parked_id ON parked_act (parked_id)")


def downgrade() -> None:
    op.execute("DROP TABLE parked_act, parked")
    op.execute("ALTER TABLE outbox DROP COLUMN queue, DROP COLUMN sender")
