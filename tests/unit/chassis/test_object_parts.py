"""Parts on their way while the next is read: bounded in memory, whole in the end, and given up after the last of them."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from minio.error import InvalidResponseError

from chassis import object_parts
from chassis.object_parts import AT_ONCE

PART = 1000


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(object_parts, "PART_BYTES", PART)
    monkeypatch.setattr(object_parts, "_STEP", 300)


class Store:
    """What the client does for a multipart upload, in memory. `sending` runs in the thread that sends a part."""

    def __init__(self, sending: Callable[[int], None] = lambda number: None) -> None:
        self.sending = sending
        self.parts: dict[int, bytes] = {}
        self.whole: bytes | None = None
        self.told: list[str] = []
        self.lock = threading.Lock()

    def _put_object(self, bucket, key, data, headers):
        self.whole = bytes(data)

    def _create_multipart_upload(self, bucket, key, headers):
        return "upload"

    def _upload_part(self, bucket, key, data, headers, upload, number):
        self.sending(number)
        with self.lock:
            self.parts[number] = bytes(data)
            self.told.append("part")
        return f"mark-{number}"

    def _complete_multipart_upload(self, bucket, key, upload, parts):
        assert [each.etag for each in parts] == [f"mark-{each.part_number}" for each in parts]
        self.whole = b"".join(self.parts[each.part_number] for each in parts)

    def _abort_multipart_upload(self, bucket, key, upload):
        self.told.append("given up")


class Flow:
    """A source of `length` different bytes, in pieces of its own size; breaks after `until` of them."""

    def __init__(self, length: int, step: int = 170, until: int | None = None) -> None:
        self.data = bytes(at * 31 % 251 for at in range(length))
        self.step, self.until, self.given = step, until, 0

    def read(self, size: int) -> bytes:
        if self.until is not None and self.given >= self.until:
            raise ConnectionAbortedError("the sender left")
        piece = self.data[self.given : self.given + min(size, self.step)]
        self.given += len(piece)
        return piece


@settings(max_examples=40, deadline=None)
@given(length=st.integers(0, 8 * PART), step=st.integers(50, 2 * PART))
def test_what_is_stored_is_what_was_read_whatever_its_length(length, step):
    object_parts.PART_BYTES, object_parts._STEP = PART, 300
    store, flow = Store(), Flow(length, step)
    assert object_parts.send(store, "b", "k", flow) == length
    assert store.whole == flow.data


def test_no_more_is_read_than_there_are_places_in_memory_while_the_store_is_slow():
    may_go, seen = threading.Event(), []
    flow = Flow(20 * PART)
    full = (AT_ONCE + 1) * PART

    def sending(number: int) -> None:
        if number == 1:
            may_go.wait(5)
            seen.append(flow.given)

    def reader(size: int, read=flow.read) -> bytes:
        piece = read(size)
        if flow.given >= full:
            may_go.set()
        return piece

    flow.read = reader
    object_parts.send(Store(sending), "b", "k", flow)
    assert seen == [full]


def test_a_source_that_breaks_is_given_up_once_no_part_is_on_its_way():
    broken = threading.Event()
    store = Store(lambda number: broken.wait(5) and None)
    flow = Flow(20 * PART, until=2 * PART + 10)

    def reader(size: int, read=flow.read) -> bytes:
        try:
            return read(size)
        except ConnectionAbortedError:
            broken.set()
            raise

    flow.read = reader
    with pytest.raises(ConnectionAbortedError):
        object_parts.send(store, "b", "k", flow)
    assert store.told == ["part", "part", "given up"]
    assert store.whole is None


def test_a_store_that_refuses_a_part_ends_the_reading_and_is_told_to_forget_the_others():
    def sending(number: int) -> None:
        if number == 2:
            raise InvalidResponseError(507, "text/plain", "full")

    store, flow = Store(sending), Flow(50 * PART)
    with pytest.raises(InvalidResponseError):
        object_parts.send(store, "b", "k", flow)
    assert store.told[-1] == "given up"
    assert store.whole is None
    assert flow.given <= (AT_ONCE + 3) * PART


def test_no_thread_is_left_behind():
    before = threading.active_count()
    with pytest.raises(ConnectionAbortedError):
        object_parts.send(Store(), "b", "k", Flow(20 * PART, until=9 * PART))
    object_parts.send(Store(), "b", "k", Flow(9 * PART))
    assert threading.active_count() == before
