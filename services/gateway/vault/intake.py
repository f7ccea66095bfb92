"""What may come into a vault, judged while it comes in: its size, its kind, its viruses, and what is inside it.

A refusal is raised where the upload reads, so that it breaks the upload: nothing of a refused file is kept.
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from structlog import get_logger

from chassis.metrics import counter
from contracts.documents.sealed import MAX_DOCUMENT_BYTES
from gateway.vault.examination import flaws
from gateway.vault.examination.examiner import Busy, Examination, Verdict
from gateway.vault.examination.flaws import Flaw, Flawed
from gateway.vault.media import HEAD, MOST_PIXELS, Media, pixels, sniff
from gateway.vault.multipart import PIECE, Interrupted
from gateway.vault.scanner import Infected, Scan, ScannerAway

log = get_logger()
REFUSED = counter("vault_refused_uploads_total", "Uploads refused, by reason", ("reason",))


class Reason(StrEnum):
    """Why a file was not taken."""

    MISSING = "missing"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"
    UNREADABLE = "unreadable"
    TOO_MANY_PIXELS = "too_many_pixels"
    INFECTED = "infected"
    SCANNER_AWAY = "scanner_away"
    INTERRUPTED = "interrupted"
    TOO_MANY_FILES = "too_many_files"
    WRONG_ORDER = "wrong_order"
    BUSY = "busy"


SENTENCES = {
    Reason.MISSING: "Choisissez le fichier à envoyer, ou photographiez le document.",
    Reason.EMPTY: "Ce fichier est vide : choisissez-en un autre.",
    Reason.TOO_LARGE: "Ce fichier dépasse 50 Mo : envoyez une photo moins grande ou un PDF plus léger.",
    Reason.UNKNOWN_KIND: "Ce fichier n’est ni une photo (JPEG, PNG, HEIC) ni un PDF : "
    "photographiez le document, ou enregistrez-le en PDF.",
    Reason.UNREADABLE: flaws.SENTENCES[Flaw.UNREADABLE],
    Reason.TOO_MANY_PIXELS: flaws.SENTENCES[Flaw.TOO_MANY_PIXELS],
    Reason.INFECTED: "L’antivirus a refusé ce fichier : il n’a pas été enregistré.",
    Reason.SCANNER_AWAY: "L’antivirus ne répond pas, et aucun fichier n’est accepté sans lui. "
    "Réessayez dans quelques minutes.",
    Reason.INTERRUPTED: "L’envoi s’est interrompu et rien n’a été enregistré. Recommencez.",
    Reason.TOO_MANY_FILES: "30 photos au plus peuvent être réunies : envoyez le document en plusieurs fois.",
    Reason.WRONG_ORDER: "L’ordre des pages nomme une photo qui n’a pas été envoyée. Choisissez à nouveau vos photos, "
    "et corrigez l’ordre.",
    Reason.BUSY: "Beaucoup de documents arrivent en ce moment, et rien n’a été enregistré. "
    "Réessayez dans une minute.",
}


class Refused(Exception):
    """The file is not taken. `reason` says why; `SENTENCES` says it in French."""

    def __init__(self, reason: Reason | Flaw) -> None:
        super().__init__(reason.value)
        self.reason = reason
        REFUSED.labels(reason.value).inc()

    @property
    def may_pass(self) -> bool:
        """The same file may be taken in a minute: nothing is wrong with it."""
        return self.reason in (Reason.SCANNER_AWAY, Reason.BUSY)

    @property
    def sentence(self) -> str:
        """For the sender."""
        return flaws.SENTENCES[self.reason] if isinstance(self.reason, Flaw) else SENTENCES[self.reason]


class Source(Protocol):
    """Anything that can be read to its end."""

    def read(self, size: int, /) -> bytes: ...


class Incoming:
    """A source that refuses to be read further once something is wrong with it, as far as its bytes alone tell.

    Made, it has read the head and knows `media`. Raises Refused, then and at any read. `mark`, a keyed hash, takes in
    what is read.
    """

    def __init__(
        self,
        source: Source,
        clamd_url: str = "",
        at_most: int = MAX_DOCUMENT_BYTES,
        mark: hashlib.blake2b | None = None,
    ) -> None:
        self._source = source
        self._at_most = at_most
        self._mark = mark
        self._over = False
        self.count = 0
        self._head = self._read_head()
        self.media = _judge(self._head)
        self._scan = self._begin_scan(clamd_url)

    def read(self, size: int) -> bytes:
        """The next bytes; the end is given only when the scan is clean. Raises Refused."""
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
        elif self._over:
            return b""
        else:
            data = self._take(size)
        if self._scan is not None:
            self._pass_on(self._scan, data)
        if self._mark is not None:
            self._mark.update(data)
        self._over = not data
        return data

    def close(self) -> None:
        """Lets go of the scanner."""
        if self._scan is not None:
            self._scan.close()

    def _take(self, size: int) -> bytes:
        try:
            data = self._source.read(size)
        except Interrupted:
            raise Refused(Reason.INTERRUPTED) from None
        self.count += len(data)
        if self.count > self._at_most:
            raise Refused(Reason.TOO_LARGE)
        return data

    def _read_head(self) -> bytes:
        head = bytearray()
        while len(head) < HEAD:
            piece = self._take(HEAD - len(head))
            if not piece:
                break
            head += piece
        if not head:
            raise Refused(Reason.EMPTY)
        return bytes(head)

    @staticmethod
    def _begin_scan(url: str) -> Scan | None:
        if not url:
            return None
        try:
            return Scan(url)
        except ScannerAway as error:
            log.error("clamd away", failure=repr(error))
            raise Refused(Reason.SCANNER_AWAY) from None

    @staticmethod
    def _pass_on(scan: Scan, data: bytes) -> None:
        try:
            if data:
                scan.feed(data)
            else:
                scan.finish()
        except Infected as found:
            log.warning("infected upload refused", found=str(found))
            raise Refused(Reason.INFECTED) from None
        except ScannerAway as error:
            log.error("clamd away", failure=repr(error))
            raise Refused(Reason.SCANNER_AWAY) from None


class Inspected(Incoming):
    """The same, looked into besides: the end is given only when nothing is wrong inside. Close it.

    A PDF passes as it is sent. A photograph is read whole first, and comes back without what it tells beside what it
    shows. `pages` is known once all has been read.
    """

    def __init__(
        self,
        source: Source,
        clamd_url: str = "",
        at_most: int = MAX_DOCUMENT_BYTES,
        mark: hashlib.blake2b | None = None,
    ) -> None:
        super().__init__(source, clamd_url, at_most, mark)
        self._examination: Examination | None = None
        self._passes = self.media is Media.PDF
        self.pages = 0

    def read(self, size: int) -> bytes:
        """The next bytes of what is to be kept. Raises Refused."""
        if self._passes:
            return self._look(size)
        while self._look(PIECE):
            pass
        return made(self._examination, size) if self._examination is not None else b""

    def preview(self) -> list[bytes]:
        """A thumbnail, then the first pages, as JPEG; perhaps nothing. Once all has been read."""
        return self._examination.preview() if self._examination is not None else []

    def close(self) -> None:
        """Lets go of the scanner and of the process that looked inside."""
        super().close()
        if self._examination is not None:
            self._examination.close()

    def _look(self, size: int) -> bytes:
        """The next bytes of what was sent, which the examination sees; its verdict comes with their end."""
        if self._over:
            return b""
        if self._examination is None:
            self._examination = begin()
        data = super().read(size)
        self._examination.feed(data)
        if not data:
            self.pages = finish(self._examination).pages
        return data


def begin(task: str = "look") -> Examination:
    """An examination. Raises Refused."""
    try:
        return Examination(task)
    except Busy:
        raise Refused(Reason.BUSY) from None


def finish(examination: Examination, order: Sequence[int] = ()) -> Verdict:
    """The verdict; `order`: of photographs that are bound. Raises Refused."""
    try:
        return examination.finish(order)
    except Flawed as flawed:
        raise Refused(flawed.flaw) from None
    except Busy:
        raise Refused(Reason.BUSY) from None


def made(examination: Examination, size: int) -> bytes:
    """The next bytes of the document made of photographs. Raises Refused."""
    try:
        return examination.read(size)
    except Flawed as flawed:
        raise Refused(flawed.flaw) from None


def _judge(head: bytes) -> Media:
    media = sniff(head)
    if media is None:
        raise Refused(Reason.UNKNOWN_KIND)
    size = pixels(media, head)
    if size is None:
        raise Refused(Reason.UNREADABLE)
    if size > MOST_PIXELS:
        raise Refused(Reason.TOO_MANY_PIXELS)
    return media
