"""The object store's wrapper, on a real store."""

import io
import os
from uuid import uuid4

import pytest

from chassis.object_parts import PART_BYTES
from chassis.objects import Objects
from chassis.settings import Settings
from contracts.errors import NotFound, ServiceUnavailable
from deploy.local.seaweed import ObjectStore

BUCKET = "tests-of-objects"


@pytest.fixture(scope="module")
def objects(objectstore: ObjectStore) -> Objects:
    made = Objects(Settings(s3_url=objectstore.url))
    made.ensure(BUCKET)
    made.ensure(BUCKET)
    return made


@pytest.mark.parametrize("size", [0, 10, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 77])
def test_a_stream_of_any_length_comes_back(objects, size):
    data, key = os.urandom(size), str(uuid4())
    assert objects.put(BUCKET, key, io.BytesIO(data)) == size
    with objects.get(BUCKET, key) as stream:
        assert b"".join(stream) == data
    assert objects.describe(BUCKET, key).size == size


def test_what_breaks_the_source_is_what_the_caller_sees_and_nothing_is_kept(objects):
    class Breaks:
        left = 4 * PART_BYTES

        def read(self, size: int) -> bytes:
            if self.left <= 0:
                raise ConnectionAbortedError("the sender left")
            self.left -= size
            return b"x" * size

    key = str(uuid4())
    with pytest.raises(ConnectionAbortedError):
        objects.put(BUCKET, key, Breaks())
    with pytest.raises(NotFound):
        objects.get(BUCKET, key)
    assert objects.client._list_multipart_uploads(BUCKET).uploads == []


def test_deleting_twice_is_deleting_once(objects):
    key = str(uuid4())
    objects.put(BUCKET, key, io.BytesIO(b"abc"))
    objects.delete(BUCKET, key)
    objects.delete(BUCKET, key)
    with pytest.raises(NotFound):
        objects.describe(BUCKET, key)


def test_a_listing_knows_sizes_and_prefixes(objects):
    for name in ("un/1", "un/2", "deux/1"):
        objects.put(BUCKET, name, io.BytesIO(b"abc"))
    assert [(each.key, each.size) for each in objects.list(BUCKET, "un/")] == [("un/1", 3), ("un/2", 3)]


def test_a_store_that_is_away_is_one_error():
    away = Objects(Settings(s3_url="http://a:b@127.0.0.1:9"))
    for attempt in (
        lambda: away.put(BUCKET, "k", io.BytesIO(b"x")),
        lambda: away.get(BUCKET, "k"),
        lambda: away.delete(BUCKET, "k"),
        lambda: away.check(BUCKET),
        lambda: list(away.list(BUCKET)),
    ):
        with pytest.raises(ServiceUnavailable):
            attempt()


def test_without_an_address_the_setting_is_named():
    with pytest.raises(LookupError, match="ESPACE_S3_URL"):
        Objects(Settings()).ensure(BUCKET)
