"""A stack that is started again finds what it held."""

import io
from pathlib import Path

from minio import Minio

from deploy.local.postgres import run_sql
from deploy.local.stack import Stack

PARTS = ("postgres", "rabbitmq", "seaweedfs", "mail")


def open_store(stack: Stack) -> Minio:
    store = stack.store
    return Minio(f"{store.host}:{store.port}", store.access_key, store.secret_key, secure=False)


def test_data_is_found_again(tmp_path: Path) -> None:
    with Stack(tmp_path, PARTS) as stack:
        address = stack.make_database("billing")
        run_sql(stack.server, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('facture')", "billing")
        open_store(stack).make_bucket("vault")
        open_store(stack).put_object("vault", "sealed", io.BytesIO(b"ciphertext"), 10)
        stack.broker.request(
            "PUT",
            "/api/queues/espace/subscriber.kitchen",
            {"durable": True, "arguments": {"x-queue-type": "quorum"}},
        )

    with Stack(tmp_path, PARTS) as stack:
        assert stack.make_database("billing") == address
        assert run_sql(stack.server, "SELECT word FROM kept", "billing") == "facture"
        assert open_store(stack).get_object("vault", "sealed").read() == b"ciphertext"
        assert [queue["name"] for queue in stack.broker.list_queues()] == ["subscriber.kitchen"]
