"""« Tout télécharger »: whole, streamed, and honest about what is missing."""

import io
import tracemalloc
from datetime import timedelta
from zipfile import ZIP_STORED, ZipFile

import pytest

from contracts.documents.sealed import BUCKET
from contracts.errors import ServiceUnavailable
from gateway.vault.archive import LIST, unlike
from tests.mothers.documents import a_pdf, a_photograph
from tests.providers.weather import bad_weather
from tests.services.documents.conftest import sign_in
from tests.services.documents.pages import send, text_of, the_document
from tests.services.documents.test_vault_weather import ask_through, fall_silent, weather  # noqa: F401
from tests.waiting import eventually

ALL = "/mon-espace/stockage/tout-telecharger"


def unpacked(browser) -> dict[str, bytes]:
    answer = browser.post(ALL)
    assert answer.status_code == 303
    with ZipFile(io.BytesIO(browser.client.get(answer.location).data)) as archive:
        assert archive.testzip() is None
        return {each.filename: archive.read(each) for each in archive.infolist()}


def text(files: dict[str, bytes]) -> str:
    return files[LIST].decode("utf-8-sig").replace("\u00a0", " ")


def test_everything_comes_out_as_it_was_under_names_that_do_no_harm_and_is_written_down(vaults, vault_site):
    browser, stranger = sign_in(vault_site), sign_in(vault_site)
    first, second, picture = a_pdf("un"), a_pdf("deux", size=300_000), a_photograph()
    for data, name in (
        (first, "Vaccins d’Élise"),
        (second, "../VACCINS d’Élise"),
        (picture, "C:\\photo\u202egnp.exe"),
    ):
        vaults.clock.at += timedelta(minutes=1)
        send(browser, data, name=name)
    send(stranger, a_pdf("autrui"), name="Autrui")
    assert "Tout télécharger (ZIP)" in browser.read("/mon-espace/stockage/").get_text()
    files = unpacked(browser)
    assert [*files] == ["C photognp.exe.jpg", "VACCINS d’Élise.pdf", "Vaccins d’Élise (2).pdf", LIST]
    assert [*files.values()][:3] == [picture, second, first]
    assert (
        "Vaccins d’Élise (2).pdf\r\n  Attestation d’assurance scolaire, ajouté le 23 novembre 2026"
        in text(files)
    )
    assert "valable jusqu’au 31 août 2027" in text(files)
    unpacked(browser)
    for document in vaults.rows(
        "SELECT document_id FROM document WHERE account_id = :a", a=browser.account_id
    ):
        read = vaults.rows("SELECT read_at FROM reading WHERE document_id = :d", d=document.document_id)
        assert len(read) == 1
    assert vaults.rows("SELECT 1 FROM reading JOIN document USING (document_id) WHERE account_id = :a",
                       a=stranger.account_id) == []  # fmt: skip


def test_it_is_handed_out_once_as_an_attachment_that_nothing_runs_in(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf())
    address = browser.post(ALL).location
    got = vault_site.anonymous().client.get(address)
    assert got.mimetype == "application/zip"
    assert got.headers["Content-Disposition"] == "attachment; filename=espace-de-stockage-2026-11-23.zip"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["Cache-Control"] == "no-store"
    assert {each.compress_type for each in ZipFile(io.BytesIO(got.data)).infolist()} == {ZIP_STORED}
    assert browser.client.get(address).status_code == 410


def test_a_closed_vault_gives_nothing_and_an_empty_one_says_so(vaults, vault_site):
    browser = sign_in(vault_site)
    assert browser.post(ALL).location == "/mon-espace/stockage/"
    assert "Tout télécharger" not in browser.read("/mon-espace/stockage/").get_text()
    send(browser, a_pdf())
    closed = sign_in(vault_site, browser.account_id, "un tout autre mot de passe")
    assert "Tout télécharger" not in closed.read("/mon-espace/stockage/").get_text()
    answer = closed.post(ALL)
    assert answer.status_code == 409
    assert "n’est pas ouvert" in text_of(answer)


def test_what_is_missing_is_named_and_the_rest_is_given(vaults, vault_site):
    browser = sign_in(vault_site)
    for name in ("Disparu", "Abîmé", "Intact", "Sans nom"):
        vaults.clock.at += timedelta(minutes=1)
        send(browser, a_pdf(name), name=name)
        document = the_document(vaults, browser)
        if name == "Disparu":
            vaults.objects.delete(BUCKET, str(document.document_id))
        if name == "Abîmé":
            vaults.objects.put(BUCKET, str(document.document_id), io.BytesIO(b"\x01" * 100))
    vaults.execute(
        "UPDATE document SET sealed_description = :d WHERE document_id = :id",
        d=b"x" * 100,
        id=document.document_id,
    )
    files = unpacked(browser)
    assert [*files] == ["Intact.pdf", LIST]
    assert "manquent dans cette archive :\r\n- Abîmé.pdf\r\n- Disparu.pdf" in text(files)
    assert "Il est abîmé et manque" in text(files)


def test_a_store_that_is_away_says_so_and_one_that_goes_away_breaks_the_archive_off(
    vaults,
    vault_site,
    weather,  # noqa: F811
):
    browser = sign_in(vault_site)
    for size in (9_000_000, 8_000_000):
        send(browser, a_pdf(size=size))
    ask_through(vault_site, weather)
    silent, broken = browser.post(ALL), browser.post(ALL)
    fall_silent(vault_site, weather)
    answer = browser.client.get(silent.location)
    assert (answer.status_code, "ne répond pas" in answer.get_data(as_text=True)) == (503, True)
    weather.silent, weather.cut_after = False, 8_500_000
    ask_through(vault_site, weather)
    with browser.client.get(broken.location, buffered=False) as download, pytest.raises(ServiceUnavailable):
        list(download.response)


def test_an_archive_stays_small_in_memory_and_is_let_go_of(vaults, vault_site):
    browser = sign_in(vault_site)
    for _ in range(2):
        send(browser, a_pdf(size=30 * 1024 * 1024))
    addresses = [browser.post(ALL).location for _ in range(2)]
    tracemalloc.start()
    with browser.client.get(addresses[0], buffered=False) as download:
        count = sum(len(piece) for piece in download.response)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count > 60 * 1024 * 1024
    assert peak < 10 * 1024 * 1024
    with bad_weather(vaults.settings.s3_url) as line:
        ask_through(vault_site, line)
        download = browser.client.get(addresses[1], buffered=False)
        next(iter(download.response))
        held = line.held
        download.close()
        eventually(lambda: line.held < held)


def test_no_two_names_are_one_file_to_any_system():
    assert unlike(["a.pdf", "A.pdf", "a (2).pdf", "a.pdf", "b"]) == [
        "a.pdf", "A (2).pdf", "a (2) (2).pdf", "a (3).pdf", "b",
    ]  # fmt: skip
