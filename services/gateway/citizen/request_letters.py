"""What the town sent with a request before an account claimed it: the code is typed once, then the vault has it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.documents.letters import ClaimedLetter, ClaimLetters, LettersByCode, LetterView
from contracts.documents.refusals import VaultLocked
from contracts.errors import DomainError
from contracts.tracking_code import private_half
from gateway.browser import browser_session
from gateway.forms import CommandForm, TextField, at_most, required
from gateway.services import ask
from gateway.vault import keys
from gateway.vault.sealing import Damaged

blueprint = Blueprint(
    "request_letters", __name__, url_prefix="/demandes/<uuid:request_id>/documents/<uuid:document_id>"
)
WRONG = "Ce code n’ouvre pas ce document. Vérifiez-le sur l’accusé de réception de cette demande."


class CodeForm(CommandForm):
    """The request's tracking code."""

    tracking_code = TextField(
        "Code de suivi",
        [required("Saisissez le code de suivi de la demande."), at_most(40)],
        hint="Seize signes, sur l’accusé de réception de la demande.",
        classes="govuk-input--width-20",
        autocomplete="off",
    )

    def refuse(self) -> None:
        """The code is another request's, or mistyped."""
        self._add(self.tracking_code, WRONG)
        self._blame(422)


@blueprint.get("")
def show(request_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """The form; what the vault has by now is shown there."""
    return _page(request_id, document_id, ask(LettersByCode(request_id=request_id)), CodeForm(formdata=None))


@blueprint.post("")
def take(request_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Seals every file that the code opens to the vault.

    Attempts are not counted: the code is 80 random bits, and what it opens was sent to whoever is asking.
    """
    private = browser_session.vault_private_key()
    if private is None:
        raise VaultLocked
    waiting, form = ask(LettersByCode(request_id=request_id)), CodeForm()
    if not form.validate():
        return _page(request_id, document_id, waiting, form)
    public = keys.public_half(private)
    claimed = _sealed(waiting, form.tracking_code.data or "", public)
    if document_id not in {each.document_id for each in claimed}:
        form.refuse()
        return _page(request_id, document_id, waiting, form)
    try:
        ask(
            ClaimLetters(
                command_id=form.command_id.data, request_id=request_id, public_key=public, letters=claimed
            )
        )
    except DomainError as refusal:
        form.show(refusal)
        return _page(request_id, document_id, waiting, form)
    several = len(claimed) > 1
    flash(
        "Les documents sont rangés dans votre espace de stockage : ils s’y ouvrent sans le code."
        if several
        else "Le document est rangé dans votre espace de stockage : il s’y ouvre sans le code.",
        "success",
    )
    return redirect(url_for("citizen.vault.show_document", document_id=document_id), 303)


def _sealed(waiting: list[LetterView], code: str, public: bytes) -> tuple[ClaimedLetter, ...]:
    """Those that the code opens, each key sealed to the vault."""
    private, claimed = private_half(code), []
    for each in waiting:
        try:
            file_key = keys.open_key(each.sealed_key, each.document_id, private)
        except Damaged:
            continue
        sealed_key = keys.seal_key(file_key, each.document_id, public)
        claimed.append(ClaimedLetter(document_id=each.document_id, sealed_key=sealed_key))
    return tuple(claimed)


def _page(
    request_id: UUID, document_id: UUID, waiting: list[LetterView], form: CodeForm
) -> ResponseReturnValue:
    if document_id not in {each.document_id for each in waiting}:
        return redirect(url_for("citizen.vault.show_document", document_id=document_id), 303)
    page = render_template(
        "citizen/request_letters.html",
        request_id=request_id,
        number=len(waiting),
        is_open=browser_session.vault_private_key() is not None,
        form=form,
    )
    return page, form.status
