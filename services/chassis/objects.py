"""The object store (S3 API): where bytes wait that may not travel through the broker.

    objects = Objects(settings)                      # ESPACE_S3_URL=http://access:secret@host:port
    objects.ensure("imports")
    objects.put("imports", key, stream)              # any length; three parts in memory at most
    with objects.get("imports", key) as stream:      # .read(n), or iterate over chunks
        ...
    objects.delete("imports", key)                   # nothing happens when it is not there

Every failure of the store itself is ServiceUnavailable(service="objects"), and StoreFull where it has no room; what
the *source* stream raises while it is read passes through unchanged, and nothing is kept of a stream that broke.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPResponse, IncompleteRead
from types import TracebackType
from typing import Self, cast
from urllib.parse import unquote, urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from structlog import get_logger

from chassis import object_lines, object_parts
from chassis.metrics import counter
from chassis.object_parts import Source
from chassis.settings import Settings
from contracts.errors import NotFound, ServiceUnavailable, StoreFull

log = get_logger()
CHUNK_BYTES = 64 * 1024
_MISSING = {"NoSuchKey", "NoSuchBucket", "NoSuchUpload"}
_EXISTS = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}
_FULL = {"XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded", "InsufficientStorage"}
_NO_ROOM = 507  # RFC 4918 §11.5
_NOT_LET_IN = (401, 403)
FAILURES = counter("objects_failures_total", "Askings of the object store that failed", ("why",))
for _why in ("full", "refused", "away"):
    FAILURES.labels(_why)  # there from the start: an alert sees a count grow, not appear


@dataclass(frozen=True)
class Stored:
    """One object of a listing."""

    key: str
    size: int
    modified_at: datetime


class ObjectStream:
    """The bytes of an object, read as they arrive. Close it, or use it in a `with`."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self._response = response

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """At most `size` bytes; empty at the end. Raises ServiceUnavailable when the store stops half-way."""
        with _translated(""):
            return self._response.read(size)

    def readinto(self, place: memoryview) -> int:
        """Fills `place`; fewer bytes only at the end, 0 behind it. Raises ServiceUnavailable as `read` does."""
        response = cast("urllib3.HTTPResponse", self._response)
        # The client's own `readinto` copies what its `read` has made; the answer below it fills the place itself.
        with _translated(""), response._error_catcher():
            answer = response._fp
            if not isinstance(answer, HTTPResponse):
                raise TypeError(answer)
            count = answer.readinto(place)
            if not count and answer.length:
                raise IncompleteRead(b"", answer.length)
        return count

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read():
            yield chunk

    def close(self) -> None:
        """Gives the connection back; a stream not read to its end drops it."""
        self._response.close()
        self._response.release_conn()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()


class _Faithful:
    """Lets the store's client read a source without its errors being taken for the store's."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.broke: BaseException | None = None

    def read(self, size: int) -> bytes:
        try:
            return self._source.read(size)
        except BaseException as error:
            self.broke = error
            raise


class Objects:
    """A store by the S3 API. Threads may share it; opened at first use, so that two processes never do."""

    def __init__(self, settings: Settings, patience: float = object_lines.PATIENCE) -> None:
        """`patience`: seconds that the store may be silent."""
        self._settings = settings
        self._patience = patience
        self._client: Minio | None = None
        self._ensured: set[str] = set()

    @property
    def client(self) -> Minio:
        """The client of the address in ESPACE_S3_URL. Raises LookupError when it is not set."""
        if self._client is None:
            url = urlsplit(self._settings.need("s3_url"))
            self._client = Minio(
                f"{url.hostname}:{url.port}" if url.port else str(url.hostname),
                access_key=unquote(url.username) if url.username else None,
                secret_key=unquote(url.password) if url.password else None,
                secure=url.scheme == "https",
                region="us-east-1",  # said, not asked: the client would ask the store before its first call
                http_client=object_lines.open_lines(self._patience),
            )
        return self._client

    def ensure(self, bucket: str) -> None:
        """Makes the bucket unless it is there. Asks the store once per bucket and process."""
        if bucket in self._ensured:
            return
        with _translated(bucket):
            if not self.client.bucket_exists(bucket):
                try:
                    self.client.make_bucket(bucket)
                except S3Error as error:
                    if error.code not in _EXISTS:
                        raise
        self._ensured.add(bucket)

    def put(self, bucket: str, key: str, stream: Source) -> int:
        """Stores the stream to its end and returns the bytes stored. Replaces what was there.

        The object appears whole or not at all.
        """
        source = _Faithful(stream)
        with _translated(key, source):
            return object_parts.send(self.client, bucket, key, source)

    def get(self, bucket: str, key: str, at_most: int = 0) -> ObjectStream:
        """The object's bytes; with `at_most`, its first ones. Raises NotFound when there is none."""
        with _translated(key):
            return ObjectStream(self.client.get_object(bucket, key, length=at_most))

    def describe(self, bucket: str, key: str) -> Stored:
        """An object's size and date, without its bytes. Raises NotFound when there is none."""
        with _translated(key):
            found = self.client.stat_object(bucket, key)
            if found.size is None or found.last_modified is None:
                raise NotFound(key=key)
            return Stored(key, found.size, found.last_modified)

    def delete(self, bucket: str, key: str) -> None:
        """Removes the object; none is as good as gone."""
        with _translated(key):
            try:
                self.client.remove_object(bucket, key)
            except S3Error as error:
                if error.code not in _MISSING:
                    raise

    def list(self, bucket: str, prefix: str = "") -> Iterator[Stored]:
        """Every object whose key begins with `prefix`, in key order, page by page."""
        with _translated(bucket):
            for found in self.client.list_objects(bucket, prefix=prefix or None, recursive=True):
                if not found.is_dir and found.object_name and found.last_modified:
                    yield Stored(found.object_name, found.size or 0, found.last_modified)

    def abort_uploads(self, bucket: str, before: datetime) -> int:
        """Gives up uploads begun before then and never finished (the uploader died). Returns how many."""
        count = 0
        with _translated(bucket):
            # The client offers these two only under a leading underscore.
            for upload in self.client._list_multipart_uploads(bucket).uploads:
                if upload.initiated_time and upload.initiated_time < before:
                    self.client._abort_multipart_upload(
                        bucket, str(upload.object_name), str(upload.upload_id)
                    )
                    count += 1
        return count

    def check(self, bucket: str) -> None:
        """Does nothing when the store answers; for readiness. Raises ServiceUnavailable."""
        with _translated(bucket):
            self.client.bucket_exists(bucket)


@contextmanager
def _translated(key: str, source: _Faithful | None = None) -> Iterator[None]:
    """Tells the store's failures as ours; what broke in the source is no failure of the store."""
    try:
        yield
    except Exception as error:
        if source is not None and source.broke is not None:
            raise source.broke from None
        if isinstance(error, S3Error) and error.code in _MISSING:
            raise NotFound(key=key) from error
        if isinstance(error, (MinioException, urllib3.exceptions.HTTPError, OSError)):
            raise _unavailable(error) from error
        raise


def _unavailable(error: Exception) -> ServiceUnavailable:
    why = _why_not(error)
    FAILURES.labels(why).inc()
    log.error("object store failed", why=why, failure=repr(error))
    return StoreFull(service="objects") if why == "full" else ServiceUnavailable(service="objects")


def _why_not(error: Exception) -> str:
    """full: no room; refused: it knows us no longer, or lets us do nothing; away: no answer, or one that is no use."""
    if isinstance(error, S3Error):
        status, full = error.response.status, error.code in _FULL
    else:
        # The client keeps the status of an answer that is no XML to itself.
        status, full = getattr(error, "_code", 0) or getattr(error, "status_code", 0), False
    if full or status == _NO_ROOM:
        return "full"
    return "refused" if status in _NOT_LET_IN else "away"
