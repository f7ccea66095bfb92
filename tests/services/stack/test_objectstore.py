"""The object store behind the official client."""

import io
from urllib.parse import urlsplit

import pytest
from minio import Minio
from minio.error import S3Error

from deploy.local.seaweed import ObjectStore


def open_store(url: str) -> Minio:
    parts = urlsplit(url)
    return Minio(f"{parts.hostname}:{parts.port}", parts.username, parts.password, secure=False)


def test_what_was_put_is_got(objectstore: ObjectStore) -> None:
    client = open_store(objectstore.url)
    client.make_bucket("shelf")
    client.put_object("shelf", "a/b", io.BytesIO(b"sealed" * 1000), 6000)
    assert client.get_object("shelf", "a/b").read() == b"sealed" * 1000


def test_a_stranger_is_refused(objectstore: ObjectStore) -> None:
    stranger = open_store(f"http://espace:guess@{objectstore.host}:{objectstore.port}")
    with pytest.raises(S3Error, match="signature"):
        stranger.list_buckets()
