"""A few sealed documents in the vaults of demonstration parents, put there as the gateway would.

    load(services, today, parents=[("lea.martin@exemple.fr", "…")], settings=Settings())
    send(services, agent, request_id, "Plan des travaux", settings)

Each parent is signed in with the password, since nothing else opens a vault; what is there already stays. The proof of
address was given to the family's file: a démarche that asks for one (« Inscrire un enfant à l’école ») shows it as
« déjà fourni ».
"""

import io
from collections.abc import Iterable
from datetime import date
from typing import Any, Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from chassis.objects import Objects
from chassis.settings import Settings
from contracts.accounts.families import MyHousehold
from contracts.accounts.identity import SignIn
from contracts.caller import Caller, Kind
from contracts.documents.keys import KeepKeys, ReadKeys
from contracts.documents.letters import LetterKey, PutLetter
from contracts.documents.sealed import BUCKET, PREVIEW
from contracts.documents.shares import ReadTownKey, ShareDraft
from contracts.documents.vault import OpenVault, StoreDocument
from contracts.errors import NotFound
from contracts.messages import Question
from gateway.vault import keys, sealing
from gateway.vault.documents import Description
from gateway.vault.examination.examiner import Examination
from gateway.vault.examination.packing import pack
from gateway.vault.media import Media
from gateway.vault.sealing import Sealer, new_file_key

A = TypeVar("A")

PAPERS = [
    ("assurance", "Assurance scolaire", "Attestation d'assurance scolaire"),
    ("justificatif_domicile", "Facture d’électricité", "Facture d'electricite - justificatif de domicile"),
    ("vaccinations", "Carnet de santé", "Vaccinations, pages du carnet de sante"),
    ("quotient_familial", "Attestation CAF", "Attestation de quotient familial"),
]


GIVEN = "justificatif_domicile"


class Services(Protocol):
    """`chassis.client.Services`."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


def load(
    services: Services,
    today: date,
    parents: Iterable[tuple[str, str]] = (),
    settings: Settings | None = None,
) -> None:
    """`PAPERS` for each parent (e-mail address, password); loading again changes nothing."""
    objects = Objects(settings or Settings())
    objects.ensure(BUCKET)
    for email, password in parents:
        sign_in = SignIn(command_id=uuid4(), email=email, password=password)
        signed_in = services.ask(sign_in, Caller())
        caller = Caller(kind=Kind.CITIZEN, account_id=signed_in.account_id, name=signed_in.name)
        public = _public_key(services, caller, password)
        families = services.ask(MyHousehold(), caller).families
        file = families[0].family_id if families else None
        there = {each.document_id for each in services.ask(OpenVault(), caller).documents}
        for document_type, name, title in PAPERS:
            document_id = uuid5(NAMESPACE_URL, f"demo/{signed_in.account_id}/{document_type}")
            if document_id not in there:
                content = a_page(f"{title}, {signed_in.name}, {today.isoformat()}")
                given_to = file if document_type == GIVEN else None
                _store(services, caller, objects, public, document_id, document_type, name, content, given_to)


def send(
    services: Services, agent: Caller, request_id: UUID, name: str, settings: Settings | None = None
) -> UUID | None:
    """A page that an agent sends into the vault of whoever filed a request: its id. None while nothing can be sent."""
    try:
        public = services.ask(LetterKey(request_id=request_id), agent).public_key
    except NotFound:  # the facts of who works where have not arrived yet
        return None
    if public is None:
        return None
    document_id = uuid5(NAMESPACE_URL, f"demo/sent/{request_id}")
    fields = _sealed(Objects(settings or Settings()), public, document_id, name, a_page(name), new_file_key())
    services.ask(PutLetter(request_id=request_id, **fields), agent)
    return document_id


def a_page(text: str) -> bytes:
    """A PDF of one page that says `text` (ASCII): small enough to be written by hand, sound enough to be opened."""
    said = text.encode("ascii", "replace").translate(bytes.maketrans(b"()\\", b"[]/"))
    drawing = (
        b"BT /F1 16 Tf 60 760 Td (" + said + b") Tj 0 -30 Td (Document de demonstration, sans valeur.) Tj ET"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(out))
    )


def _look_at(content: bytes) -> tuple[int, list[bytes]]:
    """Its pages, and what they look like, by the process that an upload is shown to."""
    examination = Examination()
    try:
        examination.feed(content)
        return examination.finish().pages, examination.preview()
    finally:
        examination.close()


def _public_key(services: Services, caller: Caller, password: str) -> bytes:
    kept = services.ask(ReadKeys(), caller).keys
    if kept is None:
        pair = keys.new_pair()
        command = KeepKeys(
            command_id=uuid4(), public_key=pair.public, password_wrap=keys.wrap(pair.private, password)
        )
        kept = services.ask(command, caller)
    return kept.public_key


def _store(
    services: Services,
    caller: Caller,
    objects: Objects,
    public: bytes,
    document_id: UUID,
    document_type: str,
    name: str,
    content: bytes,
    given_to: UUID | None,
) -> None:
    """`given_to`: the family's file that it is given to at once."""
    file_key = new_file_key()
    fields = _sealed(objects, public, document_id, name, content, file_key)
    share = _given(services, caller, given_to, file_key, document_id) if given_to else None
    services.ask(StoreDocument(document_type=document_type, share=share, **fields), caller)


def _sealed(
    objects: Objects, public: bytes, document_id: UUID, name: str, content: bytes, file_key: bytes
) -> dict[str, Any]:
    """Put into the store, sealed; what is told of it."""
    sealer: Any = Sealer(file_key, document_id, io.BytesIO(content))
    object_size = objects.put(BUCKET, str(document_id), sealer)
    pages, preview = _look_at(content)
    packed = io.BytesIO(pack(preview))
    sealed_preview: Any = Sealer(file_key, document_id, packed, sealing.PREVIEW)
    objects.put(BUCKET, f"{document_id}{PREVIEW}", sealed_preview)
    return {
        "command_id": uuid4(),
        "document_id": document_id,
        "size": len(content),
        "object_size": object_size,
        "public_key": public,
        "sealed_key": keys.seal_key(file_key, document_id, public),
        "sealed_description": Description(name, Media.PDF, pages, len(preview)).seal(file_key, document_id),
    }


def _given(
    services: Services, caller: Caller, family_id: UUID, file_key: bytes, document_id: UUID
) -> ShareDraft:
    town = services.ask(ReadTownKey(), caller).requests_public_key
    return ShareDraft(
        subject_kind="family",
        subject_id=family_id,
        requests_public_key=town,
        sealed_key=keys.seal_key(file_key, document_id, town),
    )
