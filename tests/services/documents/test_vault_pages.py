"""The vault as a parent lives it: pages, sealing, store and database, all real but the broker."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

from bs4 import BeautifulSoup
from sqlalchemy import select

from contracts.documents.sealed import BUCKET
from contracts.documents.vault import OpenVault
from gateway.models import DownloadGrant
from gateway.vault.grants import LIFE, DatabaseGrants, Granted
from tests.mothers.documents import a_jpeg, a_pdf
from tests.services.documents.conftest import citizen, sign_in
from tests.services.documents.pages import fetch, send, the_document


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
