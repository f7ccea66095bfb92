"""The tables every service has beside its own: outbox, inbox, commands, the versions of copies it keeps, and what it
could not apply."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)

from chassis.database import metadata_for

frame = metadata_for("frame")

outbox = Table(
    "outbox",
    frame,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="Order of telling"),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("name", String(100), nullable=False, comment="Routing key: noun.verb"),
    Column("type", String(200), nullable=False, comment="CloudEvents type, with its version"),
    Column("correlation_id", String(100), nullable=False, server_default=""),
    Column("body", Text, nullable=False, comment="The CloudEvent, as it will be published"),
    Column("written_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column(
        "published_at", DateTime(timezone=True), comment="When the broker confirmed; empty is still to tell"
    ),
    Column(
        "queue", String(100), comment="The one queue that it is put back into; empty: a fact, for everybody"
    ),
    Column("sender", String(100), comment="Of an order put back: whom the broker vouched for"),
)
Index("ix_outbox_waiting", outbox.c.id, postgresql_where=outbox.c.published_at.is_(None))

inbox = Table(
    "inbox",
    frame,
    Column("event_id", Uuid, primary_key=True),
    Column("handler", String(100), primary_key=True),
    Column("applied_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

command = Table(
    "command",
    frame,
    Column("command_id", Uuid, primary_key=True, comment="Idempotency key, from the form"),
    Column("method", String(100), nullable=False),
    Column("digest", LargeBinary, nullable=False, comment="SHA-256 of the command and of who gave it"),
    Column("answer", Text, comment="First answer as JSON; empty when it is made again instead (secrets)"),
    Column("done_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

seen = Table(
    "seen",
    frame,
    Column("kind", String(50), primary_key=True),
    Column("subject", String(100), primary_key=True),
    Column(
        "version", Integer, nullable=False, comment="Last aggregateversion applied; older facts are dropped"
    ),
)

parked = Table(
    "parked",
    frame,
    Column("parked_id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("queue", String(100), nullable=False, comment="Where it came from and is put back"),
    Column("mark", String(100), nullable=False, comment="The envelope's id, or the digest of what has none"),
    Column(
        "parking", String(200), nullable=False, comment="The last parking; delivered again it counts once"
    ),
    Column("event_id", Uuid, index=True),
    Column("type", String(200), nullable=False, comment="Empty: unreadable"),
    Column("subject", String(200), nullable=False),
    Column("source", String(200), nullable=False),
    Column("sender", String(100), comment="Of an order: whom the broker vouched for"),
    Column("version", Integer),
    Column("occurred_at", DateTime(timezone=True)),
    Column("correlation_id", String(100), nullable=False),
    Column("body", Text, comment="As it came; erased some time after it was decided"),
    Column(
        "is_text", Boolean, nullable=False, comment="What is no UTF-8 is kept to be read, not to be put back"
    ),
    Column("failure", String(200), nullable=False, comment="Class of the exception, or one of ours"),
    Column("words", Text, comment="Of the exception; erased with the body"),
    Column("handler", String(100), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("times", Integer, nullable=False, comment="How often it was parked"),
    Column("first_failed_at", DateTime(timezone=True), nullable=False),
    Column("last_failed_at", DateTime(timezone=True), nullable=False),
    Column("state", String(20), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, comment="When it came into this state"),
    UniqueConstraint("queue", "mark"),
)
Index("ix_parked_state", parked.c.state, parked.c.last_failed_at)

parked_act = Table(
    "parked_act",
    frame,
    Column("act_id", BigInteger, Identity(always=True), primary_key=True),
    Column("parked_id", Uuid, ForeignKey("parked.parked_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("act", String(20), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("account_id", Uuid, comment="The agent; empty: nobody's hand, or an operator's"),
    Column("by_name", String(200), nullable=False),
    Column("words", String(500), nullable=False),
)
