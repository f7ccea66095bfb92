"""What may come into a vault, judged while it comes in: its size, its kind, its picture's size, its viruses.

A refusal is raised where the upload reads, so that it breaks the upload: nothing of a refused file is kept.
"""

from enum import StrEnum
from typing import Protocol

from structlog import get_logger

from chassis.metrics import counter
from contracts.documents import MAX_DOCUMENT_BYTES
from gateway.vault.media import HEAD, MOST_PIXELS, Media, pixels, sniff
from gateway.vault.multipart import Interrupted
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


SENTENCES = {
    Reason.MISSING: "Choisissez le fichier à envoyer, ou photographiez le document.",
    Reason.EMPTY: "Ce fichier est vide : choisissez-en un autre.",
    Reason.TOO_LARGE: "Ce fichier dépasse 50 Mo : envoyez une photo moins grande ou un PDF plus léger.",
    Reason.UNKNOWN_KIND: "Ce fichier n’est ni une photo (JPEG, PNG, HEIC) ni un PDF : "
    "photographiez le document, ou enregistrez-le en PDF.",
    Reason.UNREADABLE: "Cette photo est abîmée ou incomplète : reprenez-la.",
    Reason.TOO_MANY_PIXELS: "Cette image est trop grande pour être ouverte sans risque : réduisez ses dimensions.",
    Reason.INFECTED: "L’antivirus a refusé ce fichier : il n’a pas été enregistré.",
    Reason.SCANNER_AWAY: "L’antivirus ne répond pas, et aucun fichier n’est accepté sans lui. "
    "Réessayez dans quelques minutes.",
    Reason.INTERRUPTED: "L’envoi s’est interrompu et rien n’a été enregistré. Recommencez.",
}


class Refused(Exception):
    """The file is not taken. `reason` says why; `SENTENCES` says it in French."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
        REFUSED.labels(reason.value).inc()

    @property
    def sentence(self) -> str:
        """For the sender."""
        return SENTENCES[self.reason]


class Source(Protocol):
    """Anything that can be read to its end."""

    def read(self, size: int, /) -> bytes: ...


class Inspected:
    """A source that refuses to be read further once something is wrong with it.

    Made, it has read the head and knows `media`. Raises Refused, then and at any read.
    """

    def __init__(self, source: Source, clamd_url: str = "", at_most: int = MAX_DOCUMENT_BYTES) -> None:
        self._source = source
        self._at_most = at_most
        self._count = 0
        self._over = False
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
        self._count += len(data)
        if self._count > self._at_most:
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
