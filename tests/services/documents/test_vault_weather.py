"""The vault when something is wrong outside of it: the store, the line, the browser, the name of a file."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from chassis.objects import Objects
from chassis.settings import Settings
from contracts.documents.sealed import BUCKET
from contracts.documents.vault import OpenVault
from contracts.errors import ServiceUnavailable
from documents.service import PROMPT
from gateway.vault import store
from gateway.vault.silence import SILENCE
from tests.mothers.documents import a_pdf
from tests.providers.weather import Weather, bad_weather
from tests.services.documents.conftest import citizen, sign_in
from tests.services.documents.pages import Phone, send, text_of, the_document
from tests.unit.gateway.conftest import Site
from tests.waiting import eventually

ADD = "/mon-espace/stockage/ajouter/"
LARGE = 12 * 1024 * 1024


@pytest.fixture
def weather(vaults, vault_site) -> Iterator[Weather]:
    """A line between the site and its store."""
    with bad_weather(vaults.settings.s3_url) as line:
        ask_through(vault_site, line)
        yield line


def ask_through(site: Site, weather: Weather, patience: float = 30) -> None:
    """From here on by new connections."""
    through = Objects(Settings(s3_url=weather.url), patience=patience)
    through.ensure(BUCKET)
    with site.app.app_context():
        store.use(through, store.grants())


def full(weather: Weather) -> None:
    weather.full_after = 0


def full_half_way(weather: Weather) -> None:
    weather.full_after = 1


def silent(weather: Weather) -> None:
    weather.silent = True


def fall_silent(site: Site, weather: Weather) -> None:
    """The store answers nothing more, to a site that waits for a second."""
    ask_through(site, weather, patience=1)
    silent(weather)


@pytest.mark.parametrize(
    ("turns", "size", "words"),
    [
        (full, 0, "La place manque"),
        (full_half_way, LARGE, "La place manque"),
        (silent, LARGE, "ne répond pas"),
    ],
)
def test_a_store_in_bad_weather_is_said_plainly_and_the_form_can_be_sent_again(
    vaults, vault_site, weather, turns: Callable[[Weather], None], size, words
):
    browser, data = sign_in(vault_site), a_pdf(size=size)
    before = vaults.keys_in_bucket()
    if turns is silent:
        ask_through(vault_site, weather, patience=1)
    turns(weather)
    answer = send(browser, data, name="Mon assurance")
    assert answer.status_code == 503
    assert words in text_of(answer)
    assert 'value="Mon assurance"' in answer.get_data(as_text=True)
    assert vaults.keys_in_bucket() == before
    assert vaults.ask(OpenVault(), citizen(browser.account_id)).documents == []
    weather.full_after, weather.silent = None, False
    ask_through(vault_site, weather)
    assert send(browser, data).status_code == 303
    if turns is silent:  # it could not be told to forget what had begun: the collector does so
        vaults.objects.abort_uploads(BUCKET, datetime.now(UTC) + timedelta(minutes=1))
    assert vaults.objects.client._list_multipart_uploads(BUCKET).uploads == []


def test_a_store_that_breaks_off_breaks_the_download(vaults, vault_site, weather):
    browser = sign_in(vault_site)
    send(browser, a_pdf(size=LARGE))
    granted = browser.post(f"/mon-espace/stockage/{the_document(vaults, browser).document_id}/telecharger")
    ask_through(vault_site, weather)
    weather.cut_after = LARGE // 2
    with browser.client.get(granted.location, buffered=False) as download:
        assert download.status_code == 200
        with pytest.raises(ServiceUnavailable):
            list(download.response)


@pytest.mark.parametrize("read", [0, 1])
def test_a_browser_that_leaves_a_download_is_not_read_for_any_more(vaults, vault_site, weather, read):
    browser = sign_in(vault_site)
    send(browser, a_pdf(size=LARGE))
    granted = browser.post(f"/mon-espace/stockage/{the_document(vaults, browser).document_id}/telecharger")
    connection = Connection()
    download = browser.client.get(
        granted.location, buffered=False, environ_overrides={"gunicorn.socket": connection}
    )
    assert connection.patience == SILENCE
    pieces = iter(download.response)
    for _ in range(read):
        next(pieces)
    held = weather.held
    download.close()
    eventually(lambda: weather.held < held)


def test_two_gigabytes_are_refused_before_any_of_them_is_read(vaults, vault_site):
    browser, before = sign_in(vault_site), vaults.keys_in_bucket()
    body = Phone(b"--edge\r\n", 2 * 1024**3, b"\r\n--edge--\r\n")
    answer = browser.client.post(
        ADD,
        input_stream=body,
        content_type="multipart/form-data; boundary=edge",
        content_length=body.size,
    )
    assert answer.status_code == 422
    assert "dépasse 50 Mo" in text_of(answer).replace("\u00a0", " ")
    assert body.at == 0
    assert vaults.keys_in_bucket() == before


class Tunnel(Phone):
    """A telephone that sends no more after half of its file; the connection's patience ends."""

    def readinto(self, buffer) -> int:
        if self.at >= self.size // 2:
            raise TimeoutError
        return super().readinto(buffer)


class Connection:
    """As much of the server's connection as is told how patient to be."""

    patience: float | None = None

    def settimeout(self, seconds: float | None) -> None:
        self.patience = seconds


def test_a_telephone_that_falls_silent_is_let_go_of_and_leaves_nothing(vaults, vault_site):
    browser, before, connection = sign_in(vault_site), vaults.keys_in_bucket(), Connection()
    head = (
        b'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
        + browser.token().encode()
        + b'\r\n--edge\r\nContent-Disposition: form-data; name="document_type"\r\n\r\nautre'
        + b'\r\n--edge\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 '
    )
    body = Tunnel(head, 2 * LARGE, b"\r\n--edge--\r\n")
    answer = browser.client.post(
        ADD,
        input_stream=body,
        content_type="multipart/form-data; boundary=edge",
        content_length=body.size,
        environ_overrides={"gunicorn.socket": connection},
    )
    assert answer.status_code == 422
    assert "interrompu" in text_of(answer)
    assert connection.patience == SILENCE
    assert vaults.keys_in_bucket() == before
    assert vaults.objects.client._list_multipart_uploads(BUCKET).uploads == []


def test_a_body_of_untold_length_is_not_read_at_all(vaults, vault_site):
    browser = sign_in(vault_site)
    body = Phone(b"--edge\r\n", 2 * 1024**3, b"\r\n--edge--\r\n")
    answer = browser.client.post(
        ADD,
        input_stream=body,
        content_type="multipart/form-data; boundary=edge",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert (answer.status_code, body.at) == (400, 0)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("facture\u202efdp.exe.pdf", "facturefdp.exe.pdf"),
        ("attes\x00tation.pdf", "attestation.pdf"),
        ("é" * 3000 + ".pdf", None),
        ("facture.exe", "facture.exe"),
    ],
)
def test_whatever_a_file_is_called_it_is_kept_under_a_name_that_does_no_harm(vaults, vault_site, sent, shown):
    browser = sign_in(vault_site)
    answer = send(browser, a_pdf(), sent, calls=2)
    assert answer.status_code == 303
    name = browser.read(answer.location).h1.get_text()
    assert name == shown if shown else len(name) <= 200
    granted = browser.post(f"{answer.location}/telecharger")
    headers = browser.client.get(granted.location).headers
    assert headers["Content-Type"] == "application/pdf"
    disposition = headers["Content-Disposition"]
    assert ".pdf" in disposition
    assert not set(disposition) & set("/\\\x00\u202e")


def test_a_form_sent_twice_at_once_leaves_one_document(vaults, vault_site):
    browser, before = sign_in(vault_site), vaults.documents_in_bucket()
    page = browser.read(ADD)
    values = browser.filled(page.select_one("main form")) | {"document_type": "autre"}
    data, together, codes = a_pdf(size=LARGE), threading.Barrier(2), []

    def press() -> None:
        together.wait(10)
        answer = browser.client.post(
            ADD, data={**values, "file": (BytesIO(data), "a.pdf")}, content_type="multipart/form-data"
        )
        codes.append(answer.status_code)

    threads = [threading.Thread(target=press) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert codes == [303, 303]
    assert len(vaults.ask(OpenVault(), citizen(browser.account_id)).documents) == 1
    assert len(vaults.documents_in_bucket() - before) == 1


def test_a_silent_store_does_not_keep_a_parent_who_deletes_waiting(vaults, vault_site, weather):
    """Longer than the site waits for an answer, and it would say that nothing was done."""
    browser = sign_in(vault_site)
    send(browser, a_pdf())
    document = the_document(vaults, browser)
    vaults.service.prompt_objects = Objects(Settings(s3_url=weather.url), PROMPT)
    fall_silent(vault_site, weather)
    began = time.monotonic()
    browser.send(f"/mon-espace/stockage/{document.document_id}/supprimer")
    assert time.monotonic() - began < vaults.settings.rpc_timeout
    browser.get(f"/mon-espace/stockage/{document.document_id}", 404)
    vaults.service.remove_finished()
    assert str(document.document_id) not in vaults.keys_in_bucket()


def test_a_silent_store_shows_no_picture_and_the_page_stands(vaults, vault_site, weather):
    browser = sign_in(vault_site)
    send(browser, a_pdf(), name="Debout")
    document = the_document(vaults, browser)
    fall_silent(vault_site, weather)
    address = f"/mon-espace/stockage/{document.document_id}"
    assert "Debout" in browser.read(address).get_text()
    assert browser.client.get(f"{address}/apercu/1").status_code == 503
    granted = browser.post(f"{address}/telecharger")
    answer = browser.client.get(granted.location)
    assert (answer.status_code, "ne répond pas" in answer.get_data(as_text=True)) == (503, True)
