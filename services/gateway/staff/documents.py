"""The documents that families attached to something filed: listed, and opened one by one.

    /agents/pieces/enrolment/<id>?suite=/agents/inscriptions/…

Opening is written down and shown to the family. The file's key comes back sealed to a key made for that one opening;
nothing that the family did not attach can be asked for here.
"""

from uuid import UUID, uuid4

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.documents.refusals import DocumentDamaged
from contracts.documents.shares import OpenShare, SubjectShares
from gateway.access import local_path, requires_role
from gateway.services import ask
from gateway.vault import keys
from gateway.vault.documents import Description
from gateway.vault.grants import Granted
from gateway.vault.sealing import Damaged
from gateway.vault.shelf import STAFF_SUBJECTS, size_text
from gateway.vault.store import grants
from gateway.wiring import wiring

READERS = (Role.REQUESTS, Role.BILLING, Role.FAMILY_FILES, Role.HEALTH)
"""Some matter of theirs has attachments; which one an agent may open is the service's to say."""

blueprint = Blueprint("documents", __name__, url_prefix="/pieces")


@blueprint.get("/<kind>/<uuid:subject_id>")
@requires_role(*READERS)
def show(kind: str, subject_id: UUID) -> str:
    """What was attached to one subject."""
    if kind not in STAFF_SUBJECTS:
        abort(404)
    shares = ask(SubjectShares(subject_kind=kind, subject_id=subject_id))
    return render_template(
        "staff/documents.html",
        shares=shares,
        subject=STAFF_SUBJECTS[kind],
        back=local_path(request.args.get("suite", "")),
        size_text=size_text,
    )


@blueprint.post("/ouvrir/<uuid:share_id>")
@requires_role(*READERS)
def open_share(share_id: UUID) -> ResponseReturnValue:
    """Opens one attachment. Each time is an opening of its own: no idempotency key."""
    one_off = keys.new_pair()
    opened = ask(OpenShare(command_id=uuid4(), share_id=share_id, one_off_key=one_off.public))
    try:
        file_key = keys.open_key(opened.sealed_key, opened.document_id, one_off.private)
        description = Description.open(opened.sealed_description, file_key, opened.document_id)
    except Damaged:
        raise DocumentDamaged from None
    granted = Granted(
        document_id=opened.document_id,
        name=description.file_name,
        media_type=description.media.value,
        size=opened.size,
        file_key=file_key,
    )
    token = grants().give(granted, wiring().real_clock.now())
    return redirect(url_for("public.files.fetch", token=token), 303)
