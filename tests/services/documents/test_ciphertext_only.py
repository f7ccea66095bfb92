"""A look into the database and the bucket: ciphertext only. And what happens to who touches it."""

import base64
import hashlib
import io
import re
import uuid

import pytest
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import SecretBox
from sqlalchemy import text

from contracts.documents.sealed import BUCKET, PREVIEW
from contracts.documents.vault import OpenVault
from gateway.vault import sealing
from gateway.vault.sealing import Damaged, unseal
from gateway.vault.secretstream import CHUNK
from tests.mothers.documents import a_pdf
from tests.services.documents.conftest import PASSWORD, REQUESTS_KEY, citizen, sign_in
from tests.services.documents.pages import attach_new, fetch, send, the_document

MARK = b"MARQUEUR-QUI-NE-DOIT-PAS-SE-LIRE"
NAME = "NOMDEFICHIERPERSONNEL"


def everything(vaults) -> bytes:
    """Every table of the database, row by row, and every object of the bucket."""
    tables = vaults.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    dump = b""
    for (table,) in tables:
        dump += "\n".join(str(row[0]) for row in vaults.rows(f'SELECT t::text FROM "{table}" t')).encode()
    return dump + b"".join(vaults.objects.get(BUCKET, key).read(10**8) for key in vaults.keys_in_bucket())


def secrets_of(dump: bytes, account_private: bytes) -> list[bytes]:
    """Every key a thief of the database, the bucket and the service's environment could try."""
    found = [base64.b64decode(REQUESTS_KEY)]
    found += [bytes.fromhex(each.decode()) for each in re.findall(rb"\\\\x([0-9a-f]{64})\b", dump)]
    assert len(found) > 1
    assert account_private not in found
    return found


def test_neither_database_nor_bucket_nor_the_services_own_key_shows_a_stored_document(vaults, vault_site):
    browser = sign_in(vault_site)
    data = a_pdf(MARK.decode(), size=400_000)
    send(browser, data, file_name=f"{NAME}.pdf")
    kept = the_document(vaults, browser)
    looks = [
        browser.client.get(f"/mon-espace/stockage/{kept.document_id}/apercu/{number}").data
        for number in (0, 1)
    ]
    attach_new(vaults, browser, uuid.uuid4())  # another document, shared: the town's key opens that one
    dump = everything(vaults)
    for form in (
        MARK,
        base64.b64encode(MARK)[:-4],
        MARK.hex().encode(),
        NAME.encode(),
        NAME.encode().hex().encode(),
        *(look[200:260] for look in looks),
        *(mark(data).hexdigest().encode() for mark in (hashlib.sha256, hashlib.md5, hashlib.blake2b)),
        hashlib.blake2b(data, digest_size=32).hexdigest().encode(),
    ):
        assert form not in dump
    assert all(len(look) > 600 and b"JFIF" in look for look in looks)
    assert not re.search(rb"JFIF|\xff\xd8\xff\xe0", dump)
    for secret in (
        PASSWORD.encode(),
        browser.private,
        browser.private.hex().encode(),
        base64.b64encode(browser.private),
    ):
        assert secret not in dump
    objects = [vaults.objects.get(BUCKET, f"{kept.document_id}{end}").read(10**7) for end in ("", PREVIEW)]
    for key in secrets_of(dump, browser.private):
        for box in (kept.sealed_key, kept.sealed_description):
            with pytest.raises(CryptoError):
                SealedBox(PrivateKey(key)).decrypt(box)
            with pytest.raises(CryptoError):
                SecretBox(key).decrypt(box)
        for object_ in objects:
            with pytest.raises(CryptoError):
                SecretBox(key).decrypt(object_[1:])
            for part in (sealing.CONTENT, sealing.PREVIEW):
                with pytest.raises(Damaged):
                    next(unseal(key, kept.document_id, io.BytesIO(object_), part))
    # The proof that the dump was whole: with the parent's key it opens.
    assert kept.sealed_key.hex().encode() in dump
    assert len(SealedBox(PrivateKey(browser.private)).decrypt(kept.sealed_key)) == 48


def tamper(vaults, document, change) -> None:
    key = str(document.document_id)
    changed = change(vaults.objects.get(BUCKET, key).read(10**8))
    vaults.objects.put(BUCKET, key, io.BytesIO(changed))


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: whole[:10],
        lambda whole: b"",
        lambda whole: (
            whole[:25] + whole[25 + CHUNK + 17 : 25 + 2 * (CHUNK + 17)] + whole[25 : 25 + CHUNK + 17]
        ),
        lambda whole: whole[:100] + bytes([whole[100] ^ 1]) + whole[101:],
    ],
    ids=["cut to nothing", "emptied", "reordered", "one bit"],
)
def test_an_object_that_was_touched_is_refused(vaults, vault_site, change):
    browser = sign_in(vault_site)
    send(browser, a_pdf(size=300_000))
    document = the_document(vaults, browser)
    tamper(vaults, document, change)
    answer = fetch(browser, browser.post(f"/mon-espace/stockage/{document.document_id}/telecharger"))
    assert answer.status_code == 500
    assert "abîmé" in answer.get_data(as_text=True)


def test_an_object_cut_further_on_breaks_the_download_off(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf(size=300_000))
    document = the_document(vaults, browser)
    tamper(vaults, document, lambda whole: whole[: 25 + 2 * (CHUNK + 17)])
    answer = browser.post(f"/mon-espace/stockage/{document.document_id}/telecharger")
    with pytest.raises(Damaged):
        _ = browser.client.get(answer.location).data


def test_an_object_that_is_gone_is_said_to_be_damaged(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf())
    document = the_document(vaults, browser)
    vaults.objects.delete(BUCKET, str(document.document_id))
    answer = fetch(browser, browser.post(f"/mon-espace/stockage/{document.document_id}/telecharger"))
    assert answer.status_code == 500


def test_two_objects_exchanged_are_refused(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf("une"))
    send(browser, a_pdf("autre"))
    one, two = vaults.ask(OpenVault(), citizen(browser.account_id)).documents
    other = vaults.objects.get(BUCKET, str(two.document_id)).read(10**7)
    tamper(vaults, one, lambda _: other)
    answer = fetch(browser, browser.post(f"/mon-espace/stockage/{one.document_id}/telecharger"))
    assert answer.status_code == 500


def test_two_rows_exchanged_are_refused(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf("une"))
    send(browser, a_pdf("autre"))
    one, two = vaults.ask(OpenVault(), citizen(browser.account_id)).documents
    vaults.execute(
        "UPDATE document SET sealed_key = (SELECT sealed_key FROM document WHERE document_id = :two) "
        "WHERE document_id = :one",
        one=one.document_id,
        two=two.document_id,
    )
    assert browser.post(f"/mon-espace/stockage/{one.document_id}/telecharger").status_code == 500
    assert "abîmé" in browser.read(f"/mon-espace/stockage/{one.document_id}").get_text()


def test_a_public_key_exchanged_in_the_database_gets_no_document(vaults, vault_site):
    """Who may write to the database would have the next files sealed to a key of theirs: the session decides."""
    browser = sign_in(vault_site)
    thief = PrivateKey.generate()
    vaults.execute(
        "UPDATE account_keys SET public_key = :key WHERE account_id = :id",
        key=bytes(thief.public_key),
        id=browser.account_id,
    )
    before = vaults.keys_in_bucket()
    assert send(browser, a_pdf()).status_code == 409
    assert vaults.keys_in_bucket() == before


def test_a_stolen_table_of_grants_opens_nothing(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf(MARK.decode()), name=NAME)
    browser.post(f"/mon-espace/stockage/{the_document(vaults, browser).document_id}/telecharger")
    with vaults.grants_engine.connect() as connection:
        rows = str(connection.execute(text("SELECT g::text FROM download_grant g")).all())
    assert NAME.encode().hex() not in rows
    assert NAME not in rows
