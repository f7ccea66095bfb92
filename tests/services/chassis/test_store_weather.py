"""A store that is slow, silent, full or cut: how long that is waited for, and what stays behind."""

import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from chassis.object_parts import PART_BYTES
from chassis.objects import FAILURES, Objects, ObjectStream
from chassis.settings import Settings
from contracts.errors import NotFound, ServiceUnavailable, StoreFull
from deploy.local.seaweed import ObjectStore
from tests.providers.weather import Weather, bad_weather

BUCKET = "tests-of-weather"
PATIENCE = 1.0
DATA = os.urandom(3 * PART_BYTES + 77)


@pytest.fixture
def weather(objectstore: ObjectStore) -> Iterator[Weather]:
    with bad_weather(objectstore.url) as line:
        yield line


@pytest.fixture
def objects(weather: Weather) -> Objects:
    made = Objects(Settings(s3_url=weather.url))
    made.ensure(BUCKET)
    return made


@pytest.fixture
def impatient(weather: Weather, objects: Objects) -> Objects:
    return Objects(Settings(s3_url=weather.url), patience=PATIENCE)


@contextmanager
def counted(why: str) -> Iterator[None]:
    """One failure more of this kind when the block is over, and none of another."""

    def seen() -> dict[str, float]:
        samples = [sample for metric in FAILURES.collect() for sample in metric.samples]
        return {each.labels["why"]: each.value for each in samples if each.name.endswith("_total")}

    before = seen()
    yield
    assert seen() == {kind: count + (kind == why) for kind, count in before.items()}


def test_a_slow_store_is_waited_for_as_long_as_it_takes_something(impatient, weather):
    weather.pause = 0.03
    key, began = str(uuid4()), time.monotonic()
    impatient.put(BUCKET, key, io.BytesIO(DATA))
    assert time.monotonic() - began > 2 * PATIENCE
    with impatient.get(BUCKET, key) as stream:
        assert b"".join(stream) == DATA


@pytest.mark.parametrize("data", [b"small", DATA])
def test_a_silent_store_is_asked_once_and_given_up(impatient, weather, data):
    weather.silent, before, began = True, weather.connections, time.monotonic()
    with counted("away"), pytest.raises(ServiceUnavailable):
        impatient.put(BUCKET, str(uuid4()), io.BytesIO(data))
    assert time.monotonic() - began < 4 * PATIENCE
    assert weather.connections - before <= 2


@pytest.mark.parametrize("fits", [0, 2])
def test_a_full_store_is_said_to_be_full_and_keeps_no_part(objects, weather, fits):
    key = str(uuid4())
    weather.full_after = fits
    with counted("full"), pytest.raises(StoreFull):
        objects.put(BUCKET, key, io.BytesIO(DATA if fits else b"small"))
    weather.full_after = None
    assert objects.client._list_multipart_uploads(BUCKET).uploads == []
    with pytest.raises(NotFound):
        objects.describe(BUCKET, key)


def fill_places(stream: ObjectStream) -> bytes:
    """All of it, read into one place again and again."""
    place, found = memoryview(bytearray(300_000)), []
    while count := stream.readinto(place):
        found.append(bytes(place[:count]))
    return b"".join(found)


def test_an_object_read_into_a_place_is_whole_and_its_connection_serves_again(objects, weather):
    key = str(uuid4())
    objects.put(BUCKET, key, io.BytesIO(DATA))
    fresh = Objects(Settings(s3_url=weather.url))
    before = weather.connections
    for _ in range(2):
        with fresh.get(BUCKET, key) as stream:
            assert fill_places(stream) == DATA
            assert stream.readinto(memoryview(bytearray(1))) == 0
    assert weather.connections == before + 1


@pytest.mark.parametrize("read", [b"".join, fill_places])
@pytest.mark.parametrize("wrong", ["cut_after", "stop_after"])
def test_an_object_that_stops_half_way_is_the_stores_fault(objects, weather, wrong, read):
    key = str(uuid4())
    objects.put(BUCKET, key, io.BytesIO(DATA))
    fresh = Objects(Settings(s3_url=weather.url), patience=PATIENCE)
    setattr(weather, wrong, PART_BYTES)
    stream = fresh.get(BUCKET, key)
    with counted("away"), pytest.raises(ServiceUnavailable):
        read(stream)
    stream.close()


def test_a_store_that_refuses_our_key_is_told_from_one_that_is_away(objectstore):
    wrong = Objects(Settings(s3_url=objectstore.url.replace(objectstore.secret_key, "wrong")))
    with counted("refused"), pytest.raises(ServiceUnavailable):
        wrong.put(BUCKET, str(uuid4()), io.BytesIO(b"x"))


@pytest.mark.parametrize("broken", [ConnectionResetError(), ServiceUnavailable(service="clamd")])
def test_what_breaks_the_source_or_is_not_there_is_no_failure_of_the_store(objects, broken):
    class Broken:
        def read(self, size: int) -> bytes:
            raise broken

    with counted("nothing"):
        with pytest.raises(type(broken)):
            objects.put(BUCKET, str(uuid4()), Broken())
        with pytest.raises(NotFound):
            objects.get(BUCKET, str(uuid4()))
