"""Several photographs of a form as one document: the PDF that is made of them, in the order they came or another.

They pass on to the examination as they arrive, each judged and scanned like a file of its own; what comes back is
read like any other upload.
"""

import hashlib

from contracts.documents.sealed import MAX_DOCUMENT_BYTES
from gateway.vault import page_order
from gateway.vault.intake import Incoming, Reason, Refused, begin, finish, made
from gateway.vault.media import Media
from gateway.vault.multipart import PIECE, FilePart, IncomingForm, Interrupted

MOST_PHOTOGRAPHS = 30


class BoundPages:
    """The PDF of a form's photographs. Raises Refused at any read; close it. See `intake.Inspected`."""

    media = Media.PDF
    pages = 0

    def __init__(
        self,
        form: IncomingForm,
        clamd_url: str = "",
        mark: hashlib.blake2b | None = None,
        order: list[int] | None = None,
    ) -> None:
        """`order`: see `page_order`."""
        self._form = form
        self._order = order or []
        self._clamd_url = clamd_url
        self._mark = mark
        self._examination = begin("bind")
        self._is_bound = False

    def read(self, size: int) -> bytes:
        """The next bytes of the PDF. The first call takes all photographs in."""
        if not self._is_bound:
            self._gather()
            self._is_bound = True
        return made(self._examination, size)

    def preview(self) -> list[bytes]:
        """A thumbnail, then the first pages, as JPEG. Once all has been read."""
        return self._examination.preview()

    def close(self) -> None:
        """Ends the process that makes the PDF."""
        self._examination.close()

    def _gather(self) -> None:
        """Passes every photograph on, and waits for the PDF."""
        file, number, total = self._form.file, 0, 0
        while file is not None:
            number += 1
            if number > MOST_PHOTOGRAPHS:
                raise Refused(Reason.TOO_MANY_FILES)
            total += self._pass_on(file, MAX_DOCUMENT_BYTES - total)
            file = self._next()
        verdict = finish(self._examination, self._arranged(number))
        if verdict.size > MAX_DOCUMENT_BYTES:
            raise Refused(Reason.TOO_LARGE)
        self.pages = verdict.pages

    def _arranged(self, count: int) -> list[int]:
        try:
            order = page_order.complete(self._order, count)
        except page_order.NoOrder:
            raise Refused(Reason.WRONG_ORDER) from None
        if self._mark is not None and order != sorted(order):
            self._mark.update(bytes(order))  # another order is another document
        return order

    def _pass_on(self, file: FilePart, room: int) -> int:
        photograph = Incoming(file, self._clamd_url, room, self._mark)
        try:
            while data := photograph.read(PIECE):
                self._examination.feed(data)
        finally:
            photograph.close()
        self._examination.end_file()
        if self._mark is not None:
            # Where one ends and the next begins is part of what they are together.
            self._mark.update(photograph.count.to_bytes(8, "big"))
        return photograph.count

    def _next(self) -> FilePart | None:
        try:
            return self._form.next_file()
        except Interrupted:
            raise Refused(Reason.INTERRUPTED) from None
