"""The vault as a parent and an agent live it: pages, sealing, store and database, all real but the broker."""

import hashlib
import io
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pikepdf
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sqlalchemy import select

from contracts.caller import Role
from contracts.documents.keys import RewrapKeys
from contracts.documents.sealed import BUCKET
from contracts.documents.shares import OpenShare
from contracts.documents.vault import OpenVault, StoreDocument
from contracts.errors import NotAllowed, NotFound, NotSignedIn, ServiceUnavailable
from gateway.models import DownloadGrant
from gateway.vault import at_sign_in, keys
from gateway.vault.grants import LIFE, DatabaseGrants, Granted
from tests.mothers.documents import a_heic, a_jpeg, a_pdf, a_pdf_with_a_script, a_photograph, a_png_header
from tests.services.documents.conftest import PASSWORD, agent, citizen, sign_in


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


def test_a_document_goes_in_and_comes_out_as_it_was(vaults, vault_site):
    browser, data = sign_in(vault_site), a_pdf("Police 4711", size=1_300_000)
    answer = send(browser, data, name="Assurance d’Élise")
    assert answer.status_code == 303
    page = browser.read(answer.location)
    assert page.h1.get_text() == "Assurance d’Élise"
    assert "31 août 2027" in page.get_text().replace("\u00a0", " ")
    document = the_document(vaults, browser)
    got = fetch(browser, browser.post(f"/mon-espace/stockage/{document.document_id}/telecharger"))
    assert got.data == data
    assert got.mimetype == "application/pdf"
    assert got.headers["Content-Disposition"] == (
        "attachment; filename=\"Assurance d'Elise.pdf\"; filename*=UTF-8''Assurance%20d%E2%80%99%C3%89lise.pdf"
    )
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in got.headers


def test_an_address_of_a_download_serves_once_and_for_a_minute(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf())
    address = f"/mon-espace/stockage/{the_document(vaults, browser).document_id}/telecharger"
    answer = browser.post(address)
    assert browser.client.head(answer.location).status_code == 204
    assert browser.client.get(answer.location).status_code == 200
    assert browser.client.get(answer.location).status_code == 410
    late = browser.post(address)
    vault_site.real_clock.pass_by(minutes=2)
    assert browser.client.get(late.location).status_code == 410
    assert browser.client.get("/fichiers/nothing").status_code == 410


def test_of_many_who_come_with_one_address_one_is_served_and_the_next_grant_forgets_what_nobody_came_for(
    vaults,
):
    granted = Granted(uuid4(), "Assurance.pdf", "application/pdf", 5, bytes(32))
    grants, now = DatabaseGrants(vaults.grants_engine), vaults.clock.at
    token = grants.give(granted, now)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: grants.take(token, now), range(8)))
    assert [each for each in taken if each] == [granted]
    grants.give(granted, now)
    grants.give(granted, now + LIFE)
    with vaults.grants_engine.connect() as connection:
        kept = connection.execute(
            select(DownloadGrant.expires_at).where(DownloadGrant.expires_at.between(now, now + 2 * LIFE))
        )
        assert kept.scalars().all() == [now + 2 * LIFE]


def test_a_download_needs_no_cookie_but_its_own_address(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf("sans témoin"))
    answer = browser.post(f"/mon-espace/stockage/{the_document(vaults, browser).document_id}/telecharger")
    assert "sans témoin".encode() in vault_site.anonymous().client.get(answer.location).data


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


def test_a_document_is_renamed_and_its_name_stays_sealed(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf(), name="Avant")
    document = the_document(vaults, browser)
    answer = browser.send(f"/mon-espace/stockage/{document.document_id}/modifier", name="NOMSECRET après")
    assert answer.status_code == 302
    assert browser.read(f"/mon-espace/stockage/{document.document_id}").h1.get_text() == "NOMSECRET après"
    assert not any("NOMSECRET" in str(row) for row in vaults.rows("SELECT document::text FROM document"))


def picture(browser, document, number: int, status: int = 200) -> bytes:
    address = f"/mon-espace/stockage/{document.document_id}/apercu/{number}"
    answer = browser.client.get(address)
    assert answer.status_code == status
    if status == 200:
        assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/jpeg", "no-store")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    return answer.data


def test_a_document_shows_what_it_looks_like_and_to_its_owner_alone(vaults, vault_site):
    browser, other = sign_in(vault_site), sign_in(vault_site)
    send(browser, a_pdf(pages=7), name="Assurance")
    document = the_document(vaults, browser)
    page = browser.read(f"/mon-espace/stockage/{document.document_id}")
    addresses = [each["src"] for each in page.select(".look img")]
    assert len(addresses) == 5
    assert "5 premières pages sur 7" in page.get_text().replace("\u00a0", " ")
    assert len(picture(browser, document, 0)) < len(picture(browser, document, 1))
    assert picture(browser, document, 5).startswith(b"\xff\xd8\xff")
    picture(browser, document, 6, 404)
    picture(other, document, 0, 404)
    assert browser.read("/mon-espace/stockage/").select_one(".shelf img")["loading"] == "lazy"
    sealed = vaults.objects.get(BUCKET, f"{document.document_id}.preview").read(10**7)
    assert b"JFIF" not in sealed
    vaults.objects.put(BUCKET, f"{document.document_id}.preview", io.BytesIO(sealed[:-1] + b"\x00"))
    picture(browser, document, 5, 404)
    browser.send(f"/mon-espace/stockage/{document.document_id}/supprimer")
    assert not any(str(document.document_id) in key for key in vaults.keys_in_bucket())


def test_whoever_looks_at_any_page_reads_the_document_and_a_list_of_thumbnails_does_not(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf(pages=3), name="Assurance")
    document = the_document(vaults, browser)
    read = "Consulté par vous"
    picture(browser, document, 0)
    assert read not in browser.read(f"/mon-espace/stockage/{document.document_id}").get_text()
    picture(browser, document, 2)
    assert read in browser.read(f"/mon-espace/stockage/{document.document_id}").get_text()


def test_a_documents_preview_does_not_pass_for_the_document(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_jpeg(300, 200))
    document = the_document(vaults, browser)
    preview = vaults.objects.get(BUCKET, f"{document.document_id}.preview").read(10**7)
    vaults.objects.put(BUCKET, str(document.document_id), io.BytesIO(preview))
    answer = browser.post(f"/mon-espace/stockage/{document.document_id}/telecharger")
    assert browser.client.get(answer.location).status_code == 500


def test_a_document_from_before_previews_shows_its_kind(vaults, vault_site, monkeypatch):
    from gateway.vault import previews

    monkeypatch.setattr(previews, "store", lambda *_: 0)
    browser = sign_in(vault_site)
    send(browser, a_pdf())
    page = browser.read("/mon-espace/stockage/")
    assert page.select_one(".shelf__look").get_text(strip=True) == "PDF"
    picture(browser, the_document(vaults, browser), 0, 404)


def test_what_a_parent_opened_is_written_down_for_the_parent(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf())
    document = the_document(vaults, browser)
    address = f"/mon-espace/stockage/{document.document_id}"
    picture(browser, document, 0)
    assert "Consulté par vous" not in browser.read(address).get_text()
    picture(browser, document, 1)
    browser.post(f"{address}/telecharger")
    vaults.clock.at += timedelta(minutes=11)
    browser.post(f"{address}/telecharger")
    text = browser.read(address).get_text(" ", strip=True).replace("\u00a0", " ")
    assert "Consulté par vous le 23 novembre 2026 à 10 h 11 ; le 23 novembre 2026 à 10 h." in text


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


def test_a_document_is_found_by_its_name_or_its_type_and_no_address_says_what_was_looked_for(
    vaults, vault_site
):
    browser = sign_in(vault_site)
    for name, kind in (
        ("École d’Achille", "assurance"),
        ("Vélo", "autre"),
        ("Pain", "autre"),
        ("CAF", "autre"),
    ):
        send(browser, a_pdf(name), name=name, document_type=kind)

    def found(**fields: str) -> list[str]:
        answer = browser.send("/mon-espace/stockage/", **fields)
        assert answer.status_code == 200
        page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
        assert page.select_one("form[role=search]")["method"] == "post"
        return sorted(each.get_text() for each in page.select(".shelf__name"))

    assert found(words="ecole d'ACH") == ["École d’Achille"]
    assert found(words="scolaire") == ["École d’Achille"]
    assert found(document_type="autre") == ["CAF", "Pain", "Vélo"]
    assert found(words="velo", document_type="assurance") == []
    assert len(found()) == 4


def test_another_parents_document_does_not_exist(vaults, vault_site):
    browser, other = sign_in(vault_site), sign_in(vault_site)
    send(browser, a_pdf())
    address = f"/mon-espace/stockage/{the_document(vaults, browser).document_id}"
    other.get(address, 404)
    assert other.post(f"{address}/telecharger").status_code == 404
    assert other.post(f"{address}/supprimer", {"command_id": str(uuid4())}).status_code == 404


def attach_new(vaults, browser, subject: UUID, data: bytes | None = None, calls=2):
    address = f"/mon-espace/pieces/enrolment/{subject}?type=assurance&suite=/mon-espace/stockage/"
    return send(browser, data or a_pdf(), address=address, form=-1, calls=calls)


def test_a_new_document_is_stored_and_attached_in_one_go(vaults, vault_site):
    browser, subject = sign_in(vault_site), uuid4()
    answer = attach_new(vaults, browser, subject)
    assert (answer.status_code, answer.location) == (303, "/mon-espace/stockage/")
    document = the_document(vaults, browser)
    assert document.document_type == "assurance"
    assert document.shares[0].subject_id == subject
    told = vaults.rows(
        "SELECT name FROM outbox WHERE body::text LIKE :id ORDER BY id", id=f"%{document.document_id}%"
    )
    assert [name for (name,) in told] == ["document.stored", "document.shared"]


def test_what_is_asked_for_must_still_be_valid_and_the_vault_keeps_what_is_over(vaults, vault_site):
    browser, before = sign_in(vault_site), vaults.keys_in_bucket()
    address = f"/mon-espace/pieces/enrolment/{uuid4()}?type=assurance&suite=/mon-espace/stockage/"
    answer = send(browser, a_pdf(), address=address, form=-1, calls=2, valid_until=["22", "11", "2026"])
    assert answer.status_code == 422
    assert "Cette date est passée" in text_of(answer)
    assert vaults.keys_in_bucket() == before
    answer = send(browser, a_pdf(), name="Ancienne", valid_until=["22", "11", "2026"])
    assert "Périmé" in browser.read(answer.location).get_text()


def test_a_document_of_the_vault_is_attached_without_being_sent_again(vaults, vault_site):
    browser, subject = sign_in(vault_site), uuid4()
    send(browser, a_pdf("déjà là"), name="Assurance")
    before = vaults.keys_in_bucket()
    address = f"/mon-espace/pieces/enrolment/{subject}?type=assurance&suite=/mon-espace/"
    document = the_document(vaults, browser)
    answer = browser.send(address, document=str(document.document_id))
    assert (answer.status_code, answer.location) == (303, "/mon-espace/")
    assert vaults.keys_in_bucket() == before
    assert "déjà jointe" in browser.read(address).get_text()
    assert len(the_document(vaults, browser).shares) == 1


def test_the_page_offers_only_documents_of_the_type_asked_for(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf(), name="Celle-ci")
    send(browser, a_pdf(), name="Autre chose", document_type="autre")
    page = browser.read(f"/mon-espace/pieces/enrolment/{uuid4()}?type=assurance")
    assert "Celle-ci" in page.get_text()
    assert "Autre chose" not in page.get_text()
    browser.get(f"/mon-espace/pieces/enrolment/{uuid4()}?type=inconnu", 404)
    browser.get(f"/mon-espace/pieces/autre/{uuid4()}", 404)


def test_the_way_on_never_leads_to_another_site(vaults, vault_site):
    browser = sign_in(vault_site)
    for onward in (
        "https://ailleurs.example/",
        "//ailleurs.example/",
        "/\\ailleurs.example",
        "javascript:alert(1)",
    ):
        page = browser.read(f"/mon-espace/pieces/enrolment/{uuid4()}?type=assurance&suite={onward}")
        assert page.select_one(".govuk-back-link")["href"] == "/mon-espace/stockage/"


def test_an_agent_opens_that_document_and_the_family_reads_who_did(vaults, vault_site):
    browser, subject = sign_in(vault_site), uuid4()
    data = a_pdf("pièce de la demande", size=200_000)
    attach_new(vaults, browser, subject, data)
    staff = vault_site.agent(Role.REQUESTS, name="Nadia Benali")
    page = staff.read(f"/agents/pieces/enrolment/{subject}")
    assert "Attestation d’assurance scolaire" in page.get_text()
    answer = fetch(staff, staff.submit(page))
    assert answer.data == data
    seen = browser.read(f"/mon-espace/stockage/{the_document(vaults, browser).document_id}").get_text()
    assert "par Nadia Benali" in seen
    assert "Nadia Benali" in staff.read(f"/agents/pieces/enrolment/{subject}").get_text()
    assert vaults.rows("SELECT count(*) FROM outbox WHERE name = 'document.opened'")[0][0] >= 1


def test_an_agent_opens_nothing_that_was_not_attached(vaults, vault_site):
    browser, subject = sign_in(vault_site), uuid4()
    send(browser, a_pdf("gardé pour soi"), name="Privé")
    private = the_document(vaults, browser)
    attach_new(vaults, browser, subject)
    staff = vault_site.agent(Role.REQUESTS)
    page = staff.read(f"/agents/pieces/enrolment/{subject}")
    assert len(page.select("main form")) == 1
    caller = agent(Role.REQUESTS)
    one_off = keys.new_pair().public
    for share_id in (private.document_id, uuid4()):
        with pytest.raises(NotFound):
            vaults.ask(OpenShare(command_id=uuid4(), share_id=share_id, one_off_key=one_off), caller)
    staff.get(f"/mon-espace/stockage/{private.document_id}", 302)
    with pytest.raises(NotSignedIn):
        vaults.ask(OpenVault(), caller)


def test_an_agent_of_another_post_opens_nothing(vaults, vault_site):
    browser, subject = sign_in(vault_site), uuid4()
    attach_new(vaults, browser, subject)
    share = the_document(vaults, browser).shares[0]
    vault_site.agent(Role.BILLING).get(f"/agents/pieces/enrolment/{subject}", 403)
    question = OpenShare(command_id=uuid4(), share_id=share.share_id, one_off_key=keys.new_pair().public)
    with pytest.raises(NotAllowed):
        vaults.ask(question, agent(Role.BILLING, Role.HEALTH))
    with pytest.raises(NotSignedIn):
        vaults.ask(question, citizen(browser.account_id))


def test_a_deleted_document_leaves_the_vault_and_stays_with_the_town_until_its_term(vaults, vault_site):
    browser, subject = sign_in(vault_site), uuid4()
    attach_new(vaults, browser, subject, a_pdf("à montrer"))
    document = the_document(vaults, browser)
    page = browser.read(f"/mon-espace/stockage/{document.document_id}/supprimer")
    assert "23 novembre 2027" in page.get_text().replace("\u00a0", " ")
    assert browser.submit(page).status_code == 302
    browser.get(f"/mon-espace/stockage/{document.document_id}", 404)
    assert str(document.document_id) in vaults.keys_in_bucket()
    staff = vault_site.agent(Role.REQUESTS)
    assert "à montrer".encode() in fetch(staff, staff.send(f"/agents/pieces/enrolment/{subject}")).data
    vaults.clock.at += timedelta(days=366)
    assert "Aucune pièce" in staff.read(f"/agents/pieces/enrolment/{subject}").get_text()
    vaults.service.keep_terms()
    vaults.service.remove_finished()
    assert str(document.document_id) not in vaults.keys_in_bucket()
    assert vaults.rows("SELECT 1 FROM document WHERE document_id = :id", id=document.document_id) == []


def test_a_document_nobody_else_has_is_gone_at_once(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf())
    document = the_document(vaults, browser)
    browser.send(f"/mon-espace/stockage/{document.document_id}/supprimer")
    assert str(document.document_id) not in vaults.keys_in_bucket()


def test_the_next_sign_in_opens_the_same_vault(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf(), name="Toujours là")
    again = sign_in(vault_site, browser.account_id)
    assert again.private == browser.private
    assert "Toujours là" in again.read("/mon-espace/stockage/").get_text()


def the_code(answer) -> str:
    page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    return page.select_one(".recovery-code").get_text(strip=True)


def test_the_recovery_code_is_shown_once_and_opens_after_a_reset(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf(), name="Retrouvé")
    assert "Créer mon code" in browser.read("/mon-espace/stockage/").get_text()
    answer = browser.send("/mon-espace/stockage/code")
    assert answer.headers["Cache-Control"] == "no-store"
    code = the_code(answer)
    assert "en service" in keep_code(browser, answer)
    assert len(code.replace("-", "")) == 34
    assert code not in str(
        vaults.rows(
            "SELECT account_keys::text, (SELECT string_agg(command::text, '') FROM command) FROM account_keys"
        )
    )

    reset = sign_in(vault_site, browser.account_id, "un tout autre mot de passe")
    assert reset.private is None
    assert "fermé" in reset.read("/mon-espace/stockage/").get_text()
    assert "Retrouvé" not in reset.read("/mon-espace/stockage/").get_text()
    wrong = reset.send("/mon-espace/stockage/ouvrir", code="0" * 34, password="un tout autre mot de passe")
    assert wrong.status_code == 422
    answer = reset.send(
        "/mon-espace/stockage/ouvrir", code=code.lower(), password="un tout autre mot de passe"
    )
    assert answer.status_code == 302
    assert "Retrouvé" in reset.read("/mon-espace/stockage/").get_text()
    assert sign_in(vault_site, browser.account_id, "un tout autre mot de passe").private == browser.private

    answer = reset.send("/mon-espace/stockage/code")
    renewed = the_code(answer)
    keep_code(reset, answer)
    third = sign_in(vault_site, browser.account_id, "encore un autre mot de passe")
    for typed, status in ((code, 422), (renewed, 302)):
        answer = third.send(
            "/mon-espace/stockage/ouvrir", code=typed, password="encore un autre mot de passe"
        )
        assert answer.status_code == status


def keep_code(browser, answer) -> str:
    """« J’ai gardé mon code », and what the vault's page says then."""
    page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    form = page.select_one("main form")
    answer = browser.post(str(form["action"]), browser.filled(form))
    assert answer.status_code == 303
    return browser.read(answer.location).get_text()


def test_a_renewed_code_that_was_never_seen_leaves_the_one_before_alive(vaults, vault_site):
    """The page that shows a code may be lost on its way: both open until somebody says which is on paper."""
    browser = sign_in(vault_site)
    first = browser.send("/mon-espace/stockage/code")
    assert "Avez-vous gardé" in browser.read("/mon-espace/stockage/").get_text()
    assert "en service" in keep_code(browser, first)
    second = browser.send("/mon-espace/stockage/code")
    asked = browser.read("/mon-espace/stockage/")
    assert "l’ancien ouvre encore" in asked.get_text().replace("\u00a0", " ")

    def opens(code: str) -> bool:
        reset = sign_in(vault_site, browser.account_id, "un tout autre mot de passe")
        fields = {"code": code, "password": "un tout autre mot de passe"}
        answer = reset.send("/mon-espace/stockage/ouvrir", **fields)
        sign_in(vault_site, browser.account_id)  # the password it had is accounts' again
        vaults.ask(
            RewrapKeys(
                command_id=uuid4(),
                public_key=keys.public_half(browser.private),
                password_wrap=keys.wrap(browser.private, PASSWORD),
            ),
            citizen(browser.account_id),
        )
        return answer.status_code == 302

    assert opens(the_code(first))
    assert opens(the_code(second))
    third = browser.send("/mon-espace/stockage/code")
    assert "Un autre code de récupération a été créé" in keep_code(browser, second)
    assert opens(the_code(first))
    assert not opens(the_code(second))
    assert "en service" in keep_code(browser, third)
    assert [opens(the_code(each)) for each in (first, second, third)] == [False, False, True]
    assert "Avez-vous gardé" not in browser.read("/mon-espace/stockage/").get_text()


def test_a_slip_in_the_present_password_does_not_become_what_the_vault_opens_with(vaults, vault_site):
    browser = sign_in(vault_site)
    reset = sign_in(vault_site, browser.account_id, "nouveau mot de passe")
    for address, fields in (("ouvrir", {"old_password": PASSWORD}), ("recommencer", {"sure": "y"})):
        answer = reset.send(f"/mon-espace/stockage/{address}", password="nouveau mot de pasee", **fields)
        assert answer.status_code == 422
        assert "mot de passe" in text_of(answer)
    assert "fermé" in reset.read("/mon-espace/stockage/").get_text()
    reset.send("/mon-espace/stockage/ouvrir", old_password=PASSWORD, password="nouveau mot de passe")
    assert sign_in(vault_site, browser.account_id, "nouveau mot de passe").private == browser.private


def test_an_old_password_opens_too_and_guessing_ends(vaults, vault_site):
    browser = sign_in(vault_site)
    reset = sign_in(vault_site, browser.account_id, "nouveau mot de passe")
    for _ in range(10):
        reset.send("/mon-espace/stockage/ouvrir", old_password="non", password="nouveau mot de passe")
    answer = reset.send("/mon-espace/stockage/ouvrir", old_password=PASSWORD, password="nouveau mot de passe")
    assert "Trop d’essais" in text_of(answer)
    fresh = sign_in(vault_site, browser.account_id, "nouveau mot de passe")
    fresh.send("/mon-espace/stockage/ouvrir", old_password=PASSWORD, password="nouveau mot de passe")
    assert "Rien n’est rangé" in fresh.read("/mon-espace/stockage/").get_text()


def test_starting_over_gives_an_empty_vault_and_removes_what_nobody_can_open(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf())
    document = the_document(vaults, browser)
    reset = sign_in(vault_site, browser.account_id, "nouveau mot de passe")
    said = reset.read("/mon-espace/stockage/recommencer").main.get_text().replace("\u00a0", " ")
    assert "Ce document sera supprimé" in said
    assert "23 novembre 2026" in said
    assert reset.send("/mon-espace/stockage/recommencer", password="nouveau mot de passe").status_code == 422
    answer = reset.send("/mon-espace/stockage/recommencer", password="nouveau mot de passe", sure="y")
    assert answer.status_code == 302
    assert "Rien n’est rangé" in reset.read("/mon-espace/stockage/").get_text()
    vaults.service.remove_finished()
    assert str(document.document_id) not in vaults.keys_in_bucket()
    # The other browser still holds the key given up: it is closed there, and takes nothing in.
    assert "fermé" in browser.read("/mon-espace/stockage/").get_text()
    answer = send(browser, a_pdf())
    assert answer.status_code == 409
    assert "réinitialisé" in text_of(answer)


def test_the_sign_in_goes_on_without_the_vault(vaults, vault_site, monkeypatch):
    def away(self, question, caller):
        raise ServiceUnavailable(service="documents")

    monkeypatch.setattr(type(vaults), "ask", away)
    with vault_site.app.test_request_context("/connexion"):
        assert at_sign_in(uuid4(), PASSWORD) is None


def test_the_dashboard_says_what_is_there_and_what_will_soon_serve_no_more(vaults, vault_site):
    browser = sign_in(vault_site)
    send(
        browser,
        a_pdf(),
        name="Domicile",
        document_type="justificatif_domicile",
        valid_until=["1", "12", "2026"],
    )
    from gateway import dashboard
    from gateway.citizen import vault as pages

    with vault_site.app.test_request_context("/mon-espace/"):
        view = vaults.ask(OpenVault(), citizen(browser.account_id))
        page = dashboard.Page()
        part = pages.show_part(page, view)
    assert part["count"] == 1
    assert page.tasks[0].title == "Justificatif de domicile"


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
