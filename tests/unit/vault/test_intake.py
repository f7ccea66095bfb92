"""What may come in: judged by its content, while it comes."""

import io
import socket
import threading

import pytest

from gateway.vault.examination import examiner, flaws
from gateway.vault.examination.flaws import Flaw
from gateway.vault.intake import SENTENCES, Inspected, Reason, Refused, begin
from gateway.vault.media import HEAD, MOST_PIXELS, Media, pixels, sniff
from gateway.vault.scanner import Infected, Scan, ScannerAway
from tests.mothers.documents import (
    a_heic,
    a_heic_header,
    a_jpeg,
    a_jpeg_header,
    a_pdf,
    a_png,
    a_png_header,
)

MEGABYTE = 1024 * 1024


def read_all(source) -> bytes:
    return b"".join(iter(lambda: source.read(10_000), b""))


@pytest.mark.parametrize(
    ("data", "media"),
    [(a_jpeg(), Media.JPEG), (a_png(), Media.PNG), (a_heic(), Media.HEIC), (a_pdf(), Media.PDF)],
)
def test_a_kind_is_told_from_the_content(data, media):
    inspected = Inspected(io.BytesIO(data))
    assert inspected.media is media
    assert read_all(inspected) == data
    thumbnail, page = inspected.preview()
    assert thumbnail.startswith(b"\xff\xd8\xff")
    assert len(thumbnail) <= len(page)
    inspected.close()


@pytest.mark.parametrize(
    "data",
    [b"MZ\x90\x00", b"<html><script>", b"PK\x03\x04docx", b"GIF89a", b"\x00\x00\x00\x20ftypavif", b"<svg/>"],
)
def test_anything_else_is_refused_whatever_its_name(data):
    with pytest.raises(Refused) as refused:
        Inspected(io.BytesIO(data + b"0" * 100))
    assert refused.value.reason is Reason.UNKNOWN_KIND


def test_an_empty_file_is_refused():
    with pytest.raises(Refused) as refused:
        Inspected(io.BytesIO(b""))
    assert refused.value.reason is Reason.EMPTY


def test_a_picture_that_would_blow_up_is_refused():
    for bomb in (
        a_png_header(60_000, 60_000),
        a_jpeg_header(60_000, 60_000),
        a_heic_header((512, 512), (60_000, 60_000)),
    ):
        with pytest.raises(Refused) as refused:
            Inspected(io.BytesIO(bomb))
        assert refused.value.reason is Reason.TOO_MANY_PIXELS


def test_a_large_photograph_is_taken():
    assert Inspected(io.BytesIO(a_jpeg_header(12_000, 9_000))).media is Media.JPEG
    assert MOST_PIXELS > 12_000 * 9_000


def test_a_picture_without_a_readable_header_is_refused():
    for broken in (
        b"\xff\xd8\xff\xe1\x00\x01",
        b"\x89PNG\r\n\x1a\n1234XXXX",
        b"\xff\xd8\xff" + b"\x00" * 100,
    ):
        with pytest.raises(Refused) as refused:
            Inspected(io.BytesIO(broken))
        assert refused.value.reason is Reason.UNREADABLE


def test_the_thumbnail_inside_a_photograph_does_not_count():
    photograph = a_jpeg_header(4000, 3000, thumbnail=a_jpeg_header(160, 120))
    assert pixels(Media.JPEG, photograph) == 12_000_000


def test_the_size_is_bounded_while_reading():
    class Endless:
        count = 0

        def read(self, size: int) -> bytes:
            self.count += size
            return (b"%PDF-1.7" + b"0" * size)[:size]

    source = Endless()
    inspected = Inspected(source, at_most=2 * MEGABYTE)
    with pytest.raises(Refused) as refused:
        read_all(inspected)
    inspected.close()
    assert refused.value.reason is Reason.TOO_LARGE
    assert source.count < 2 * MEGABYTE + HEAD


def test_a_scanners_header_before_a_pdf_is_tolerated():
    assert sniff(b"\r\n\r\n%PDF-1.4") is Media.PDF


def test_a_machine_without_a_process_to_spare_says_that_it_is_busy(monkeypatch):
    def none_left(task: str) -> None:
        raise BlockingIOError(task)

    monkeypatch.setattr(examiner.NURSERY, "fork", none_left)
    for read in (lambda: Inspected(io.BytesIO(a_pdf())).read(10), lambda: begin("bind")):
        with pytest.raises(Refused) as refused:
            read()
        assert refused.value.reason is Reason.BUSY
        assert refused.value.may_pass


def test_every_reason_has_a_french_sentence():
    assert set(SENTENCES) == set(Reason)
    assert set(flaws.SENTENCES) == set(Flaw)


class Clamd:
    """Speaks the INSTREAM part of clamd's language, on a port of its own."""

    def __init__(self, answer: bytes = b"stream: OK\0") -> None:
        self.answer, self.heard = answer, b""
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self.server.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        line, _ = self.server.accept()
        with line, line.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while length := int.from_bytes(stream.read(4), "big"):
                self.heard += stream.read(length)
            line.sendall(self.answer)

    def close(self) -> None:
        self.server.close()
        self.thread.join(2)


def test_a_clean_file_is_scanned_whole_and_taken():
    clamd, data = Clamd(), a_pdf(size=300_000)
    inspected = Inspected(io.BytesIO(data), clamd.url)
    assert read_all(inspected) == data
    inspected.close()
    clamd.close()
    assert clamd.heard == data


def test_an_infected_file_is_refused_before_its_end_is_given():
    clamd = Clamd(b"stream: Eicar-Test-Signature FOUND\0")
    inspected = Inspected(io.BytesIO(a_pdf(size=300_000)), clamd.url)
    with pytest.raises(Refused) as refused:
        read_all(inspected)
    inspected.close()
    clamd.close()
    assert refused.value.reason is Reason.INFECTED


def test_without_the_scanner_nothing_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Refused) as refused:
        Inspected(io.BytesIO(a_pdf()), f"tcp://127.0.0.1:{port}")
    assert refused.value.reason is Reason.SCANNER_AWAY


def test_a_scanner_that_says_something_else_is_no_verdict():
    clamd = Clamd(b"INSTREAM size limit exceeded. ERROR\0")
    inspected = Inspected(io.BytesIO(a_pdf(size=1000)), clamd.url)
    with pytest.raises(Refused) as refused:
        read_all(inspected)
    inspected.close()
    clamd.close()
    assert refused.value.reason is Reason.SCANNER_AWAY


def test_the_verdicts_are_told_apart():
    clamd = Clamd(b"stream: Worm FOUND\0")
    with Scan(clamd.url) as scan:
        scan.feed(b"x")
        with pytest.raises(Infected, match="Worm"):
            scan.finish()
    clamd.close()
    with pytest.raises(ScannerAway):
        Scan("unix:///nowhere/clamd.ctl")
