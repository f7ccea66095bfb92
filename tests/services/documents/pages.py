"""What a parent does on the pages of the vault: fills, sends, fetches."""

import io
from uuid import UUID

from bs4 import BeautifulSoup

from contracts.documents.vault import OpenVault
from tests.mothers.documents import a_pdf
from tests.services.documents.conftest import citizen


def send(
    browser,
    data: bytes,
    file_name: str = "assurance.pdf",
    address="/mon-espace/stockage/ajouter/",
    form=0,
    calls=2,
    **fields,
):
    """Opens the page, fills the form and sends a file, as a browser does: fields first."""
    page = browser.read(address)
    element = page.select("main form")[form]
    values = browser.filled(element)
    values.update({"document_type": "assurance", **fields} if "document_type" in str(element) else fields)
    answer = browser.client.post(
        str(element["action"]),
        data={**values, "photo": (io.BytesIO(b""), ""), "file": (io.BytesIO(data), file_name)},
        content_type="multipart/form-data",
    )
    browser._check(answer, calls=calls)
    return answer


def the_document(vaults, browser):
    vault = vaults.ask(OpenVault(), citizen(browser.account_id))
    return vault.documents[0]


def fetch(browser, answer) -> bytes:
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return browser.client.get(answer.location)


def text_of(answer) -> str:
    return (
        BeautifulSoup(answer.get_data(as_text=True), "html5lib").select_one("main").get_text(" ", strip=True)
    )


def send_pages(browser, *files: tuple[bytes, str], **fields):
    page = browser.read("/mon-espace/stockage/ajouter/")
    values = browser.filled(page.select_one("main form")) | {"document_type": "autre", **fields}
    return browser.client.post(
        "/mon-espace/stockage/ajouter/",
        data={
            **values,
            "file": (io.BytesIO(b""), ""),
            "pages": [(io.BytesIO(data), name) for data, name in files],
        },
        content_type="multipart/form-data",
    )


def attach_new(vaults, browser, subject: UUID, data: bytes | None = None, calls=2):
    address = f"/mon-espace/pieces/enrolment/{subject}?type=assurance&suite=/mon-espace/stockage/"
    return send(browser, data or a_pdf(), address=address, form=-1, calls=calls)


class Phone(io.RawIOBase):
    """A body that is made as it is read: nothing of it lies in memory."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        self.head, self.tail, self.end = head, tail, len(head) + size
        self.size, self.at = self.end + len(tail), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, to: int, whence: int = 0) -> int:
        self.at = to if whence == 0 else self.size + to
        return self.at

    def readinto(self, buffer) -> int:
        at, size = self.at, min(len(buffer), 64 * 1024)
        if at < len(self.head):
            given = self.head[at : at + size]
        elif at < self.end:
            given = b"0" * min(size, self.end - at)
        else:
            given = self.tail[at - self.end : at - self.end + size]
        buffer[: len(given)] = given
        self.at += len(given)
        return len(given)
