"""The tables every service has beside its own: outbox, inbox, commands, and the versions of copies it keeps."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
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
