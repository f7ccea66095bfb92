"""What comes into the vault, what is refused, and what an upload that fails leaves behind."""

import hashlib
import io
import tracemalloc
from uuid import uuid4

import pikepdf
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from contracts.documents.sealed import BUCKET
from contracts.documents.vault import OpenVault, StoreDocument
from contracts.errors import ServiceUnavailable
from tests.mothers.documents import a_heic, a_jpeg, a_pdf, a_pdf_with_a_script, a_photograph, a_png_header
from tests.services.documents.conftest import citizen, sign_in
from tests.services.documents.pages import Phone, attach_new, fetch, send, send_pages, text_of, the_document


def test_a_telephones_photograph_is_taken_by_its_own_input(vaults, vault_site):
    browser = sign_in(vault_site)
    page = browser.read("/mon-espace/stockage/ajouter/")
    photo = page.select_one("input[name=photo]")
    assert (photo["accept"], photo["capture"]) == ("image/*", "environment")
    values = browser.filled(page.select_one("main form")) | {"document_type": "autre"}
    answer = browser.client.post(
        "/mon-espace/stockage/ajouter/",
        data={
            **values,
            "photo": (io.BytesIO(a_jpeg(4000, 3000)), "IMG_1.jpg"),
            "file": (io.BytesIO(b""), ""),
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    assert browser.read(answer.location).h1.get_text() == "IMG_1.jpg"


def test_a_photograph_is_kept_without_its_place_and_the_page_says_so(vaults, vault_site):
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = 6, "Pixel 9"
    exif.get_ifd(0x8825)[1] = "N"
    sent = a_photograph(900, 700, exif=exif.tobytes())
    browser = sign_in(vault_site)
    assert "Le lieu, la date et l’appareil notés dans une photo" in browser.read(
        "/mon-espace/stockage/ajouter/"
    ).main.get_text().replace("\u00a0", " ")
    send(browser, sent, "IMG_1.jpg")
    document = the_document(vaults, browser)
    granted = browser.post(f"/mon-espace/stockage/{document.document_id}/telecharger")
    kept = fetch(browser, granted).get_data()
    assert len(kept) == document.size
    assert dict(Image.open(io.BytesIO(kept)).getexif()) == {0x0112: 6}
    assert Image.open(io.BytesIO(kept)).tobytes() == Image.open(io.BytesIO(sent)).tobytes()
    assert "déjà" in text_of(send(browser, sent, "IMG_1.jpg", calls=3))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"MZ not a picture", "ni une photo"),
        (b"", "Ce fichier est vide"),
        (a_png_header(50_000, 50_000), "trop grande"),
        (b"\xff\xd8\xff\xe0\x00", "abîmée"),
        (a_pdf_with_a_script(), "Enregistrer au format PDF"),
        (a_pdf()[:-30], "abîmé ou incomplet"),
    ],
)
def test_a_refused_file_says_why_and_leaves_nothing(vaults, vault_site, data, words):
    browser = sign_in(vault_site)
    before = vaults.keys_in_bucket()
    answer = send(browser, data, name="Mon assurance")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    assert words in page.select_one(".govuk-error-summary").get_text()
    assert page.select_one("input[name=name]")["value"] == "Mon assurance"
    assert vaults.keys_in_bucket() == before
    assert vaults.ask(OpenVault(), citizen(browser.account_id)).documents == []


def test_a_file_over_the_bound_is_refused_while_it_arrives(vaults, vault_site):
    browser = sign_in(vault_site)
    before = vaults.keys_in_bucket()
    answer = send(browser, a_pdf(size=51 * 1024 * 1024))
    assert answer.status_code == 422
    assert "dépasse 50 Mo" in text_of(answer).replace("\u00a0", " ")
    assert vaults.keys_in_bucket() == before


def test_a_forgotten_type_is_asked_for(vaults, vault_site):
    answer = send(sign_in(vault_site), a_pdf(), document_type="")
    assert answer.status_code == 422
    assert "Choisissez le type de document" in text_of(answer)


def test_without_its_token_the_form_is_refused_before_the_file_is_read(vaults, vault_site):
    browser, before = sign_in(vault_site), vaults.keys_in_bucket()
    for token in ("", "forged"):
        answer = browser.client.post(
            "/mon-espace/stockage/ajouter/",
            data={"csrf_token": token, "document_type": "autre", "file": (io.BytesIO(a_pdf()), "a.pdf")},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 400
    good = browser.token()
    answer = browser.client.post(
        "/mon-espace/stockage/ajouter/",
        data={"csrf_token": good, "document_type": "autre", "file": (io.BytesIO(a_pdf()), "a.pdf")},
        content_type="multipart/form-data",
        headers={"Origin": "https://ailleurs.example"},
    )
    assert answer.status_code == 400
    assert vaults.keys_in_bucket() == before


def test_an_interrupted_upload_leaves_nothing(vaults, vault_site):
    browser, before = sign_in(vault_site), vaults.keys_in_bucket()
    token = browser.token()
    whole = (
        b'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
        + token.encode()
        + b'\r\n--edge\r\nContent-Disposition: form-data; name="document_type"\r\n\r\nautre'
        + b'\r\n--edge\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        + a_pdf(size=12_000_000)
    )
    answer = browser.client.post(
        "/mon-espace/stockage/ajouter/",
        input_stream=io.BytesIO(whole),
        content_type="multipart/form-data; boundary=edge",
        content_length=len(whole) + 1000,
    )
    assert answer.status_code == 422
    assert "interrompu" in text_of(answer)
    assert vaults.keys_in_bucket() == before
    assert vaults.objects.client._list_multipart_uploads(BUCKET).uploads == []


def test_a_form_sent_twice_stores_one_document(vaults, vault_site):
    browser = sign_in(vault_site)
    page = browser.read("/mon-espace/stockage/ajouter/")
    values = browser.filled(page.select_one("main form")) | {"document_type": "autre"}
    before = vaults.documents_in_bucket()
    for _ in range(2):
        answer = browser.client.post(
            "/mon-espace/stockage/ajouter/",
            data={**values, "file": (io.BytesIO(a_pdf()), "a.pdf")},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 303
    assert len(vaults.ask(OpenVault(), citizen(browser.account_id)).documents) == 1
    assert len(vaults.documents_in_bucket() - before) == 1


def test_a_refusal_of_the_service_leaves_no_object(vaults, vault_site):
    browser = sign_in(vault_site)
    before = vaults.documents_in_bucket()
    answer = send(browser, a_pdf(), document_type="assurance", **{})
    assert answer.status_code == 303
    vaults.execute(
        "UPDATE document SET size = 500 * 1024 * 1024 WHERE account_id = :id", id=browser.account_id
    )
    answer = send(browser, a_pdf("Une autre"))
    assert answer.status_code == 409
    assert "plein" in text_of(answer)
    assert len(vaults.documents_in_bucket() - before) == 1


def test_a_store_that_is_away_is_said_so_and_nothing_is_half_done(vaults, vault_site):
    from chassis.objects import Objects
    from chassis.settings import Settings
    from gateway.vault import store
    from gateway.vault.store import grants

    browser = sign_in(vault_site)
    with vault_site.app.app_context():
        store.use(Objects(Settings(s3_url="http://a:b@127.0.0.1:9")), grants())
    answer = send(browser, a_pdf())
    assert answer.status_code == 503
    assert "ne répond pas" in text_of(answer)
    assert vaults.ask(OpenVault(), citizen(browser.account_id)).documents == []


def test_a_service_that_is_away_after_the_upload_keeps_the_object_for_the_collector(
    vaults, vault_site, monkeypatch
):
    browser = sign_in(vault_site)
    before = vaults.documents_in_bucket()
    page = browser.read("/mon-espace/stockage/ajouter/")
    values = browser.filled(page.select_one("main form")) | {"document_type": "autre"}
    answering = type(vaults).ask

    def ask(self, question, caller):
        if isinstance(question, StoreDocument):
            raise ServiceUnavailable(service="documents")
        return answering(self, question, caller)

    monkeypatch.setattr(type(vaults), "ask", ask)
    answer = browser.client.post(
        "/mon-espace/stockage/ajouter/",
        data={**values, "file": (io.BytesIO(a_pdf()), "a.pdf")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 503
    assert len(vaults.documents_in_bucket() - before) == 1


def test_photographs_chosen_together_become_one_pdf(vaults, vault_site):
    browser, photographs = sign_in(vault_site), (a_jpeg(800, 600), a_heic(), a_photograph(kind="PNG"))
    names = ("IMG_2.jpg", "IMG_1.heic", "IMG_0.png")
    answer = send_pages(browser, *zip(photographs, names, strict=True))
    assert answer.status_code == 303
    page = browser.read(answer.location)
    assert page.h1.get_text() == "IMG_2.pdf"
    assert "PDF de 3 pages" in page.get_text().replace("\u00a0", " ")
    document = the_document(vaults, browser)
    got = fetch(browser, browser.post(f"/mon-espace/stockage/{document.document_id}/telecharger"))
    assert got.mimetype == "application/pdf"
    assert len(pikepdf.open(io.BytesIO(got.data)).pages) == 3
    again = send_pages(browser, *zip(photographs, names, strict=True))
    assert again.status_code == 409
    other_order = send_pages(browser, *zip(photographs[::-1], names, strict=True))
    assert other_order.status_code == 303


def test_photographs_become_pages_in_the_order_that_was_asked_for(vaults, vault_site):
    browser, files = sign_in(vault_site), [(a_jpeg(width, 300), "1.jpg") for width in (400, 200, 500)]
    wrong = send_pages(browser, *files, order="4, 1")
    assert wrong.status_code == 422
    assert "nomme une photo qui n’a pas été envoyée" in text_of(wrong).replace("\u00a0", " ")
    assert "4, 1" in wrong.get_data(as_text=True)
    assert "Écrivez une fois chaque numéro" in text_of(send_pages(browser, *files, order="1, 1"))
    assert send_pages(browser, *files, order="2").status_code == 303
    document = the_document(vaults, browser)
    granted = browser.post(f"/mon-espace/stockage/{document.document_id}/telecharger")
    pdf = pikepdf.open(io.BytesIO(fetch(browser, granted).get_data()))
    boxes = [[round(float(each)) for each in page.MediaBox][2:] for page in pdf.pages]
    assert boxes == [[595, 842], [842, 595], [842, 595]]
    # Another order of the same photographs is another document.
    assert send_pages(browser, *files, order="3, 1, 2").status_code == 303
    assert send_pages(browser, *files, order="2, 1, 3").status_code == 409


def test_photographs_of_which_one_is_wrong_leave_nothing(vaults, vault_site):
    browser, before = sign_in(vault_site), vaults.keys_in_bucket()
    for wrong, words in (
        (a_pdf(), "Seules des photos"),
        (a_jpeg(900, 700)[:3000], "abîmée"),
        (b"MZ not a picture", "ni une photo"),
    ):
        answer = send_pages(browser, (a_jpeg(), "1.jpg"), (wrong, "2.jpg"))
        assert answer.status_code == 422
        page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
        assert words in page.select_one(".govuk-error-summary").get_text()
        assert page.select_one(".govuk-error-summary a")["href"] == "#pages"
    too_many = send_pages(browser, *[(a_jpeg(), "1.jpg")] * 31)
    assert "30 photos au plus" in text_of(too_many).replace("\u00a0", " ")
    assert vaults.keys_in_bucket() == before


def test_the_same_file_twice_is_noticed_and_kept_only_if_wanted(vaults, vault_site):
    browser, other, data = sign_in(vault_site), sign_in(vault_site), a_pdf("la même")
    send(browser, data, name="Assurance de Léa")
    first = the_document(vaults, browser)
    answer = send(browser, data, name="Encore", calls=3)
    assert answer.status_code == 409
    page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    note = page.select_one(".note--warning")
    assert "Assurance de Léa" in note.get_text()
    assert note.a["href"].endswith(str(first.document_id))
    assert len(vaults.ask(OpenVault(), citizen(browser.account_id)).documents) == 1
    assert send(other, data).status_code == 303
    hidden = {each["name"]: each["value"] for each in note.select("form input")}
    assert other.client.post("/mon-espace/stockage/ajouter/garder", data=hidden).status_code in (303, 400)
    assert len(vaults.ask(OpenVault(), citizen(other.account_id)).documents) == 1
    for _ in range(2):
        kept = browser.client.post("/mon-espace/stockage/ajouter/garder", data=hidden)
        assert kept.status_code == 303
    assert browser.read(kept.location).h1.get_text() == "Encore"
    assert len(vaults.ask(OpenVault(), citizen(browser.account_id)).documents) == 2
    prints = vaults.rows("SELECT DISTINCT fingerprint FROM document WHERE fingerprint IS NOT NULL")
    assert len({bytes(each) for (each,) in prints}) == len(prints) >= 2
    assert hashlib.sha256(data).digest() not in {bytes(each) for (each,) in prints}


def test_a_file_given_again_is_offered_as_it_is(vaults, vault_site):
    browser, subject, data = sign_in(vault_site), uuid4(), a_pdf("déjà donnée")
    send(browser, data, name="Assurance", document_type="assurance")
    answer = attach_new(vaults, browser, subject, data, calls=4)
    assert answer.status_code == 409
    page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    choose, keep = page.select(".note--warning form")
    values = {each["name"]: each["value"] for each in keep.select("input")}
    kept = browser.client.post(keep["action"], data=values)
    assert (kept.status_code, kept.location) == (303, "/mon-espace/stockage/")
    documents = vaults.ask(OpenVault(), citizen(browser.account_id)).documents
    assert [share.subject_id for each in documents for share in each.shares] == [subject]
    values = {each["name"]: each["value"] for each in choose.select("input")}
    assert browser.client.post(choose["action"], data=values).status_code == 303
    assert all(each.shares for each in vaults.ask(OpenVault(), citizen(browser.account_id)).documents)


def test_a_large_upload_and_its_download_stay_small_in_memory(vaults, vault_site):
    browser = sign_in(vault_site)
    fields = {"csrf_token": browser.token(), "command_id": str(uuid4()), "document_type": "autre"}
    head = b"".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    size = 45 * 1024 * 1024
    whole = a_pdf("", size)
    zeros, length = whole.index(b"0" * 1000), len(whole)
    head += b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + whole[:zeros]
    tail = whole[zeros + size :] + b"\r\n--edge--\r\n"
    del whole
    tracemalloc.start()
    answer = browser.client.post(
        "/mon-espace/stockage/ajouter/",
        input_stream=Phone(head, size, tail),
        content_type="multipart/form-data; boundary=edge",
        content_length=len(head) + size + len(tail),
    )
    assert answer.status_code == 303
    document = the_document(vaults, browser)
    answer = browser.post(f"/mon-espace/stockage/{document.document_id}/telecharger")
    with browser.client.get(answer.location, buffered=False) as download:
        count = sum(len(piece) for piece in download.response)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == document.size == length
    assert peak < 25 * 1024 * 1024
