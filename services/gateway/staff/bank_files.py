"""« Rejets de la banque »: a file in, what was understood of it, then one button."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from contracts.billing.bank_files import (
    BankFileView,
    ListBankFiles,
    OpenBankFile,
    ReadBankFile,
    RecordBankFile,
    Verdict,
)
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, french
from gateway.forms import CommandForm, FileField, required
from gateway.sentences import sentence_of
from gateway.sentences.billing import BANK_FILES, REJECTS, VERDICTS
from gateway.services import ask
from gateway.vault.examination.examiner import Busy, Examination
from gateway.vault.examination.flaws import SENTENCES, Flaw, Flawed

blueprint = Blueprint("bank_files", __name__, url_prefix="/prelevements/fichiers-de-la-banque")
_OFFICE = access.requires_role(Role.BILLING)
_PIECE = 64 * 1024
_COUNTED = {
    Verdict.RECOGNISED: ("rejet reconnu", "rejets reconnus"),
    Verdict.ALREADY: ("déjà enregistré", "déjà enregistrés"),
    Verdict.UNKNOWN: ("inconnu", "inconnus"),
}
_TO_SEE = ("à vérifier", "à vérifier")


class BankFileForm(CommandForm):
    """The bank's file."""

    file = FileField(
        "Fichier de la banque",
        [required("Choisissez le fichier téléchargé sur le site de la banque.")],
        accept=".xml,application/xml,text/xml",
        hint="Compte rendu (pain.002), avis (camt.054) ou relevé (camt.053), en XML.",
    )

    def refuse(self, words: str) -> None:
        """Says on the field why the file cannot be read."""
        self._add(self.file, words)
        self._blame(422)


@blueprint.route("/", methods=["GET", "POST"])
@_OFFICE
def show() -> ResponseReturnValue:
    """The form and the last files."""
    form = BankFileForm()
    if form.validate_on_submit():
        upload: Any = form.file.data
        try:
            said, digest = _examine(upload)
            read = ask(
                ReadBankFile(
                    command_id=form.command_id.data,
                    name=str(upload.filename)[-200:],
                    digest=digest,
                    **said,
                )
            )
        except Flawed as flawed:
            form.refuse(SENTENCES[flawed.flaw])
        except Busy:
            form.refuse("Trop de fichiers sont examinés en ce moment. Réessayez dans une minute.")
        except DomainError as refusal:
            form.show(refusal)
        else:
            return redirect(url_for(".read", file_id=read.summary.file_id))
    files = ask(ListBankFiles()).files
    return render_template("staff/bank_files.html", form=form, files=files, kinds=BANK_FILES), form.status


@blueprint.get("/<uuid:file_id>")
@_OFFICE
def read(file_id: UUID) -> str:
    """What the file says, line by line, and what it means."""
    view = ask(OpenBankFile(file_id=file_id))
    return render_template(
        "staff/bank_file.html",
        view=view,
        kinds=BANK_FILES,
        verdicts=VERDICTS,
        reasons=REJECTS,
        said=counted(view.counts),
        to_record=view.counts.get(Verdict.RECOGNISED, 0),
        to_decide=_to_decide(view),
    )


@blueprint.post("/<uuid:file_id>/enregistrer")
@_OFFICE
def record(file_id: UUID) -> ResponseReturnValue:
    """Records what was recognised."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            done = ask(RecordBankFile(command_id=form.command_id.data, file_id=file_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            booked = french.count(done.summary.recognised, "rejet enregistré", "rejets enregistrés")
            told = " : un courriel part vers chaque famille." if done.summary.recognised else "."
            flash(french.typeset(f"{booked}{told}"), "success")
    return redirect(url_for(".read", file_id=file_id))


def counted(counts: Mapping[Verdict, int]) -> str:
    """« 3 rejets reconnus, 1 inconnu, 1 déjà enregistré »."""
    words = [french.count(counts[kind], *_COUNTED[kind]) for kind in _COUNTED if counts.get(kind)]
    others = sum(number for kind, number in counts.items() if kind not in _COUNTED)
    if others:
        words.append(french.count(others, *_TO_SEE))
    return ", ".join(words)


def _examine(upload: FileStorage) -> tuple[dict[str, Any], str]:
    """What the file says, read in a process of its own, and its digest. Raises Flawed, Busy."""
    digest = sha256()
    examination = Examination("bank")
    try:
        while piece := upload.stream.read(_PIECE):
            digest.update(piece)
            examination.feed(piece)
        if digest.digest() == sha256().digest():
            raise Flawed(Flaw.NOT_XML)
        verdict = examination.finish()
        said: dict[str, Any] = json.loads(examination.read(verdict.size))
        return said, digest.hexdigest()
    finally:
        examination.close()


def _to_decide(view: BankFileView) -> int:
    settled = (Verdict.RECOGNISED, Verdict.ALREADY)
    return sum(number for kind, number in view.counts.items() if kind not in settled)
