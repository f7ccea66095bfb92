"""Documents into a vault and out again, beside the bare client of the store and the bare cipher, in turns.

up_ratio       MB/s of an upload (form, examination, sealing, store, row) / MB/s of `minio`'s own `put_object`
down_ratio     MB/s of a download (grant, store, unsealing) / MB/s of `minio`'s own `get_object`
rss_growth_mb  the most resident memory of the site's processes while documents pass, above what they had before;
               the child that looks into a document is not theirs, and is bounded (see `examination.limits`)

A document is a scan of 40 MB. The whole path runs: site, services, broker, database, store, as `./espace up` starts them.
"""

import io
import os
import re
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

from minio import Minio

from chassis.client import Services
from chassis.objects import Objects
from chassis.settings import Settings
from deploy.local.rabbitmq import ADMINISTRATOR
from deploy.local.stack import Stack
from gateway.vault.sealing import Sealer, new_file_key, unseal
from gateway.vault.secretstream import CHUNK
from tests.load.family_site import fill
from tests.load.pages import enter
from tests.mothers.documents import a_pdf

ROUNDS = 7
SIZE = 40 * 1024 * 1024
EDGE = "------------------------espace"
BUCKET = "bench"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="espace-bench-", ignore_cleanup_errors=True) as folder:
        stack = Stack(Path(folder), services=("accounts", "enrolment", "billing", "documents", "gateway"))
        try:
            stack.start()
            fill(Services(stack.broker.url(ADMINISTRATOR)), stack.database_url("accounts"))
            port = int(stack.gateway_url.rpartition(":")[2])
            workers = children_of(stack.supervisor.pid("gateway"))
            store = Objects(Settings(s3_url=stack.store.url)).client
            store.make_bucket(BUCKET)
            measure(Browser(port, enter(port)), store, workers)
        finally:
            stack.stop(at_once=True)


class Browser:
    """A signed-in parent, as far as the vault needs one."""

    def __init__(self, port: int, cookie: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies = dict(each.split("=", 1) for each in cookie.split("; "))

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> HTTPResponse:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie} if path.startswith("/mon-espace") else {}
        if kind:
            headers["Content-Type"] = kind
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for each in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def token(self) -> str:
        page = self.ask("GET", "/mon-espace/stockage/ajouter/").read().decode()
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        if found is None:
            raise RuntimeError("the vault is not open")
        return found[1]

    def upload(self, body: bytes) -> str:
        """Sends a form; the address of the document."""
        kind = f"multipart/form-data; boundary={EDGE}"
        answer = self.ask("POST", "/mon-espace/stockage/ajouter/", body, kind)
        answer.read()
        if answer.status != 303:
            raise RuntimeError(f"not taken: {answer.status}")
        return answer.headers["Location"]

    def download(self, document: str, token: str) -> int:
        """Fetches a document; its size."""
        form = f"csrf_token={token}".encode()
        granted = self.ask("POST", f"{document}/telecharger", form, "application/x-www-form-urlencoded")
        granted.read()
        return count(self.ask("GET", granted.headers["Location"]).read)


def measure(browser: Browser, store: Minio, workers: list[int]) -> None:
    """Prints the table and the line of ratios."""
    rates: dict[str, list[float]] = {
        name: [] for name in ("up", "minio put", "seal", "down", "minio get", "unseal")
    }
    token = browser.token()
    browser.upload(form_of(a_pdf(), token))
    with watched(workers) as growth:
        for _ in range(ROUNDS):
            scan = a_scan()
            document = one_round(browser, store, scan, token, rates)
            browser.ask("POST", f"{document}/supprimer", delete_form(token), FORM).read()
    print(f"{'':14}{'MB/s':>8}   (documents of {SIZE >> 20} MB, median of {ROUNDS} turns)")
    for name, found in rates.items():
        print(f"{name:14}{statistics.median(found):8.1f}")
    up, down = ratio(rates["up"], rates["minio put"]), ratio(rates["down"], rates["minio get"])
    print(f"vault up_ratio={up:.4f} down_ratio={down:.4f} rss_growth_mb={growth():.1f}", flush=True)


FORM = "application/x-www-form-urlencoded"


def one_round(browser: Browser, store: Minio, scan: bytes, token: str, rates: dict[str, list[float]]) -> str:
    """Each way once, one after the other; the address of the document."""
    body, size = form_of(scan, token), len(scan)
    document = ""

    def rate(name: str, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        rates[name].append(size / 1e6 / (time.perf_counter() - began))

    def up() -> None:
        nonlocal document
        document = browser.upload(body)

    key, document_id = new_file_key(), uuid4()
    sealed = io.BytesIO()

    def seal() -> None:
        sealer = Sealer(key, document_id, io.BytesIO(scan))
        while piece := sealer.read(CHUNK):
            sealed.write(piece)

    def get() -> None:
        answer = store.get_object(BUCKET, "scan")
        try:
            if count(answer.read) != size:
                raise RuntimeError("the store gave something else")
        finally:
            answer.close()
            answer.release_conn()

    def down() -> None:
        if browser.download(document, token) != size:
            raise RuntimeError("the vault gave something else")

    rate("up", up)
    rate("minio put", lambda: store.put_object(BUCKET, "scan", io.BytesIO(scan), size))
    rate("seal", seal)
    rate("down", down)
    rate("minio get", get)
    sealed.seek(0)
    rate("unseal", lambda: sum(map(len, unseal(key, document_id, sealed))))
    return document


def a_scan() -> bytes:
    """A PDF with noise in it, as a scan's pictures are to whoever packs or seals them."""
    holder = a_pdf("", SIZE)
    at = holder.index(b"0" * 1000)
    return holder[:at] + secrets.token_bytes(SIZE) + holder[at + SIZE :]


def form_of(data: bytes, token: str) -> bytes:
    """The form of « Ajouter un document », filled."""
    fields = {"csrf_token": token, "command_id": str(uuid4()), "document_type": "autre", "name": "Scan"}
    parts = [
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="scan.pdf"\r\n\r\n'
    return ("".join(parts) + file).encode() + data + f"\r\n--{EDGE}--\r\n".encode()


def delete_form(token: str) -> bytes:
    return f"csrf_token={token}&command_id={uuid4()}".encode()


def count(read: Callable[[int], bytes]) -> int:
    """Reads to the end, and keeps nothing."""
    return sum(len(piece) for piece in iter(lambda: read(CHUNK), b""))


def ratio(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def children_of(pid: int | None) -> list[int]:
    """A server's workers."""
    if pid is None:
        raise RuntimeError("the site does not run here")
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def watched(pids: list[int]) -> Iterator[Callable[[], float]]:
    """Gives what the processes' resident memory grew by at most, in MB, from here to the end of the block."""
    before, most, over = resident(pids), 0, Event()

    def look() -> None:
        nonlocal most
        while not over.wait(0.02):
            most = max(most, resident(pids))

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield lambda: max(0, most - before) / 1e6
    finally:
        over.set()
        thread.join()


def resident(pids: list[int]) -> int:
    """Bytes in memory, of all of them."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
