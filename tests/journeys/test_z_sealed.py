"""The vault's promise, proved on everything that a thief of the town's machines could carry off, at the end of the story.

Every table of every database, every file that any part keeps (data files with their dead rows and journals, the broker's
queues, the store's volumes, logs, mails) and every service's secret; only a parent's session is left out. What earlier
chapters sent is in there too: letters, certificates, files of agents.
"""

import base64
import hashlib
import io
import mmap
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import SecretBox
from sqlalchemy import create_engine, text

from chassis.objects import Objects
from chassis.settings import Settings
from contracts.documents.sealed import BUCKET
from gateway.vault import keys, sealing
from gateway.vault.sealing import Damaged, unseal
from gateway.vault.secretstream import SEALED_CHUNK
from tests.journeys import chapters
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import PASSWORD, Person
from tests.journeys.test_8_requests import TITLE, write_to_the_town
from tests.journeys.test_8_vault import fill
from tests.journeys.visitor import Visitor
from tests.mothers.documents import a_pdf, a_photograph
from tests.providers.system import Town

BLANDINE = Person("Mme", "Blandine", "Scellier")
ROOT = "QZMARQUE"
"""In everything that is stored, and in every name: one word to look for."""
MARKS = {
    each: (f"{ROOT} contenu {number}", f"{ROOT}-nom-{number}")
    for number, each in enumerate(
        ("kept", "deleted", "renamed", "photograph", "without an account", "for a draft"), start=1
    )
}
LEGIBLE = (
    b"%PDF-", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1", b"\xff\xd8\xff\xdb", b"\x89PNG\r\n", b"PK\x03\x04", b"ftypheic",
)  # fmt: skip
"""How what a vault takes begins, and an archive of it: long enough not to turn up by chance in ciphertext."""
LEGIBLE_IN_BASE64 = r"""(?:^|["'\s,:(])(?:JVBERi0|/9j/[24]|iVBORw0KGgo|UEsDB[A-D])"""


@dataclass
class Lived:
    """What was typed, sent and shown on the way, and may stand nowhere."""

    town: Town
    words: dict[str, bytes]


@pytest.fixture(scope="module")
def lived(prepared: Town, visit: Callable[..., Visitor], mailbox: Mailbox) -> Lived:
    parent, stranger = visit(), visit()
    chapters.open_account(parent, BLANDINE, mailbox)
    cookies = {each["name"]: str(each["value"]) for each in parent.context.cookies()}
    for what in ("kept", "deleted", "renamed"):
        put(parent, what, a_pdf(MARKS[what][0], size=200_000))
    put(parent, "photograph", a_photograph(comment=MARKS["photograph"][0].encode()))
    rename_and_delete(parent)
    parent.goto("/mon-espace/stockage/")
    with parent.page.expect_download() as archive:
        parent.press("Tout télécharger (ZIP)")
    assert MARKS["kept"][0].encode() in Path(archive.value.path()).read_bytes()
    parent.goto("/mon-espace/stockage/code")
    parent.press("Afficher mon code")
    recovery = parent.page.locator(".recovery-code").inner_text()
    tracking = give_without_an_account(stranger)
    give_for_a_draft(stranger)
    words = {
        "what was stored, or its name": ROOT,
        "password": PASSWORD,
        "recovery code": recovery.replace("-", ""),
        "recovery code as shown": recovery,
        "tracking code": tracking,
        "session": cookies["espace"],
    }
    return Lived(prepared, {name: word.encode() for name, word in words.items()})


def payload(what: str, data: bytes, end: str = "pdf") -> Any:
    return {"name": f"{MARKS[what][1]}.{end}", "mimeType": "application/octet-stream", "buffer": data}


def put(parent: Visitor, what: str, data: bytes) -> None:
    """Under the name that the telephone gave it."""
    fill(parent, "", "Autre document")
    parent.page.get_by_label("Choisir un fichier").set_input_files(payload(what, data))
    parent.press("Ajouter le document")
    parent.says("Le document est chiffré et rangé")


def rename_and_delete(parent: Visitor) -> None:
    parent.goto("/mon-espace/stockage/")
    parent.follow(f"{MARKS['renamed'][1]}.pdf")
    parent.follow("Modifier les informations")
    parent.page.get_by_label("Nom du document").fill(f"{MARKS['renamed'][1]} et après")
    parent.press("Enregistrer")
    parent.says("sont enregistrées")
    parent.goto("/mon-espace/stockage/")
    parent.follow(f"{MARKS['deleted'][1]}.pdf")
    parent.follow("Supprimer")
    parent.press("Supprimer le document")
    parent.says("Le document est supprimé")


def give_without_an_account(stranger: Visitor) -> str:
    """With a request that is followed by its code, which is given back."""
    write_to_the_town(stranger, "Un lampadaire éteint", "blaise.passage@exemple.test")
    page = stranger.page
    code = page.locator(".tracking-code").inner_text()
    stranger.goto("/suivre-une-demande/demande")
    stranger.follow("joindre un document")
    page.get_by_label("De quel document s’agit-il").select_option(label="Pièce d’identité")
    what = "without an account"
    page.get_by_label("Choisir un fichier").set_input_files(payload(what, a_pdf(MARKS[what][0])))
    stranger.press("Joindre le document")
    stranger.says("Le document est joint")
    return code


def give_for_a_draft(stranger: Visitor) -> None:
    """Joined to a form that is left half filled."""
    page = stranger.goto("/demarches")
    stranger.follow(TITLE)
    stranger.press("Commencer")
    draft = re.search(r"/en-cours/([0-9a-f-]{36})", page.url)
    assert draft is not None
    stranger.goto(f"/demarches/en-cours/{draft[1]}/demande/fichier/piece")
    what = "for a draft"
    page.get_by_label("Choisir un fichier").set_input_files(payload(what, a_pdf(MARKS[what][0])))
    stranger.press("Joindre le fichier")
    stranger.says("Le fichier est joint")


# ---------------------------------------------------------------- what the thief looks through


def spelled(word: bytes) -> Iterator[bytes]:
    """A word as it might stand in a file: as it is, in base64 at any place of a line, by its numbers, in an address."""
    yield from (word, word.decode().encode("utf-16-le"), word.hex().encode(), word.hex().upper().encode())
    yield quote(word).encode()
    for before in range(3):
        for code in (base64.b64encode, base64.urlsafe_b64encode):
            inner = code(bytes(before) + word)
            yield inner[-(-before * 4 // 3) : len(inner) - 4]


def files_of(town: Town) -> Iterator[Path]:
    """All that any part of the system keeps on its disk."""
    yield from (each for each in town.run_dir.root.rglob("*") if each.is_file() and not each.is_symlink())


def tables_of(town: Town) -> Iterator[tuple[str, str]]:
    """(database and table, its rows as text): also what lies compressed in the data files."""
    for service in (*town.services, "gateway") if "gateway" not in town.services else town.services:
        engine = create_engine(town.database_url(service))
        with engine.connect() as connection:
            names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
            for (name,) in names.all():
                rows = connection.execute(text(f'SELECT t::text FROM "{name}" t'))
                yield f"{service}.{name}", "\n".join(row for (row,) in rows)
        engine.dispose()


def found_in_files(town: Town, words: dict[str, bytes]) -> list[str]:
    found = []
    for path in files_of(town):
        with suppress(FileNotFoundError), path.open("rb") as file:  # journals are recycled while we read
            if file.seek(0, io.SEEK_END) == 0:
                continue
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                found += [
                    f"{name} in {path.relative_to(town.run_dir.root)}"
                    for name, word in words.items()
                    if any(whole.find(each) >= 0 for each in spelled(word))
                ]
    return found


def test_nothing_that_was_stored_stands_anywhere_in_clear(lived: Lived) -> None:
    assert found_in_files(lived.town, lived.words) == []
    whose = BLANDINE.last_name.encode()
    assert found_in_files(lived.town, {"a name": whose}), "the data files were not looked through"
    seen = set()
    for place, rows in tables_of(lived.town):
        dump = rows.encode()
        if whose in dump:
            seen.add(place)
        for name, word in lived.words.items():
            assert not any(each in dump for each in spelled(word)), f"{name} in {place}"
    assert {"accounts.account", "gateway.browser_session"} <= seen


def test_no_object_of_the_vault_is_a_document_and_no_row_of_any_database_holds_one(lived: Lived) -> None:
    objects = Objects(Settings(s3_url=lived.town.addresses().common["ESPACE_S3_URL"]))
    stored = list(objects.list(BUCKET))
    assert len(stored) > 5
    for each in stored:
        with objects.get(BUCKET, each.key) as stream:
            begins = stream.read(4096)
        assert not any(sign in begins for sign in LEGIBLE), each.key
    signs = re.compile(
        "|".join([*(re.escape(rf"\x{sign.hex()}") for sign in LEGIBLE), LEGIBLE_IN_BASE64]), re.MULTILINE
    )
    for place, rows in tables_of(lived.town):
        assert not signs.search(rows), place


def candidates(town: Town) -> set[bytes]:
    """Every key that the town's secrets, and all that its databases hold, could be or become."""
    words = [value.encode() for value in town.addresses().common.values()]
    words += [value.encode() for value in town.addresses().database.values()]
    found = set()
    for word in words:
        found.add(hashlib.sha256(word).digest())
        found.add(hashlib.blake2b(word, digest_size=32).digest())
        found.add(word[:32].ljust(32, b"\0"))
        for read in (bytes.fromhex, lambda each: base64.b64decode(each, validate=True)):
            with suppress(ValueError):
                found.add(read(word.decode())[:32].ljust(32, b"\0"))  # type: ignore[operator]
    for place, rows in tables_of(town):
        if place.endswith(".command"):
            continue  # thousands of digests of what was asked: none was ever a key
        found |= {bytes.fromhex(each) for each in re.findall(r"\b([0-9a-f]{64})\b", rows)}
        found |= {bytes.fromhex(each) for each in re.findall(r"\\x([0-9a-f]{64})\b", rows)}
        found |= {base64.b64decode(each) for each in re.findall(r"[^A-Za-z0-9+/]([A-Za-z0-9+/]{43}=)", rows)}
    assert len(found) > 20
    return found


def test_no_secret_of_the_town_opens_what_was_given_to_nobody(lived: Lived) -> None:
    town = lived.town
    engine = create_engine(town.database_url("documents"))
    with engine.connect() as connection:
        own = connection.execute(
            text(
                "SELECT document_id, sealed_key, sealed_description FROM document d WHERE sealed_key IS NOT NULL "
                "AND account_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM share s WHERE s.document_id = d.document_id)"
            )
        ).all()
        wraps = connection.execute(
            text("SELECT public_key, password_wrap, recovery_wrap FROM account_keys")
        ).all()
        given = (
            connection.execute(text("SELECT sealed_key FROM share WHERE sealed_key IS NOT NULL"))
            .scalars()
            .all()
        )
    engine.dispose()
    objects = Objects(Settings(s3_url=town.addresses().common["ESPACE_S3_URL"]))
    heads = {}
    for document_id, _, _ in own[-4:]:
        with objects.get(BUCKET, str(document_id)) as stream:
            heads[document_id] = stream.read(64 + SEALED_CHUNK)
    assert len(heads) >= 3
    opened_given = 0
    for key in candidates(town):
        for _, *boxes in own[-6:]:
            for box in map(bytes, boxes):
                with pytest.raises(CryptoError):
                    SealedBox(PrivateKey(key)).decrypt(box)
                with pytest.raises(CryptoError):
                    SecretBox(key).decrypt(box)
        for document_id, head in heads.items():
            for part in (sealing.CONTENT, sealing.PREVIEW):
                with pytest.raises(Damaged):
                    next(unseal(key, document_id, io.BytesIO(head), part))
        for sealed_key in given:
            with suppress(CryptoError):
                opened_given += len(SealedBox(PrivateKey(key)).decrypt(bytes(sealed_key))) == 48
    # The proof that the keys were tried as they are used: what was given to the town, its key for requests opens.
    assert opened_given == len(given) > 0
    secrets = [value for name, value in town.addresses().common.items() if "KEY" in name or "PEPPER" in name]
    public, by_password, _ = wraps[-1]
    wrapped = keys.KeyWrap.model_validate(by_password)
    for secret in secrets:
        with pytest.raises(keys.WrongSecret):
            keys.unwrap(wrapped, secret, public)
