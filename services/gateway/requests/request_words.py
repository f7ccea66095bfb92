"""A request in words: its answers as its form asked them, its history, the letter that decides it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.enrolment.procedure_forms import FieldKind, FormField, Prefill
from contracts.enrolment.requests import (
    AttachedView,
    LetterPlace,
    RequestFile,
    RequestView,
    Side,
    StepKind,
    StepView,
)
from contracts.events.requests import ProcedureKind, RequestState
from gateway import french
from gateway.procedures.procedure_words import NOT_ANSWERED, said
from gateway.sentences.requests import SILENCE, SILENCE_TO_STAFF, step_words
from gateway.vault import given

TypeName = Callable[[str], str]
_NAMED = frozenset({StepKind.ASSIGNED, StepKind.FORWARDED})
_OF_DOCUMENTS = frozenset({StepKind.ATTACHED, StepKind.OPENED, StepKind.LACKING})

APPEAL = (
    "Si vous contestez cette décision, vous pouvez, dans les deux mois qui suivent la réception de ce courrier, "
    "demander au maire de la revoir (recours gracieux), ou saisir le tribunal administratif de Grenoble, 2 place de "
    "Verdun, BP 1135, 38022 Grenoble Cedex, aussi par www.telerecours.fr. Un recours gracieux fait repartir ce délai "
    "à compter de la réponse du maire."
)
"""Code de justice administrative, R421-1 and R421-5: a refusal that does not say so can be contested for longer."""

ACCEPTED = {
    ProcedureKind.DECISION: "Votre demande est acceptée.",
    ProcedureKind.APPLICATION: "Votre candidature est retenue.",
    ProcedureKind.REPORT: "Votre signalement a été traité.",
}
_LETTER_PLACES = {
    LetterPlace.COMING: "Ce courrier est en cours de dépôt dans l’espace de stockage du demandeur : il n’y a rien à "
    "faire.",
    LetterPlace.NO_VAULT: "Le demandeur n’a pas encore d’espace de stockage : ce courrier y sera déposé dès qu’il en "
    "aura un. Le demandeur le lit déjà sur la page de sa demande.",
}
REFUSED = "Votre demande n’est pas acceptée, pour les raisons suivantes."


@dataclass(frozen=True)
class Entry:
    """A line of the history. `side`: requester, town, system; `internal`: agents only."""

    title: str
    at: datetime
    who: str
    words: str
    side: str
    internal: bool
    documents: list[UUID] = field(default_factory=list)
    by_code: bool = False


def answers(view: RequestView) -> list[tuple[str, list[tuple[str, str]]]]:
    """Page title → (question, answer) of each question that was asked."""
    groups = []
    for page in view.pages:
        rows = [
            (field.label, _answer(view, field))
            for field in page.fields
            if field.kind is not FieldKind.INFORMATION
        ]
        if rows:
            groups.append((page.title, rows))
    return groups


def _answer(view: RequestView, field: FormField) -> str:
    """In words; of a document that was given before, since when the town has it."""
    answer = view.answers.get(field.name)
    if field.kind is not FieldKind.DOCUMENT or not isinstance(answer, list):
        return said(field, answer)
    before = {str(each.document_id): each for each in view.documents if each.given is not None}
    joined = [each for each in answer if each not in before]
    words = [said(field, joined)] if joined or not answer else []
    words += [_reused(before[each]) for each in answer if each in before]
    return french.capitalize_first(french.typeset(", ".join(words)))


def _reused(document: AttachedView) -> str:
    coming = ", en train d’être repris" if document.is_coming else ""
    return f"{given.said(document.given)}{coming}" if document.given else ""


def history(view: RequestView, type_name: TypeName, *, own: bool) -> list[Entry]:
    """Newest first. `own`: for whoever filed the request; else for an agent."""
    return [_entry(step, type_name, own=own) for step in reversed(view.steps)]


def silence(view: RequestView, *, staff: bool = False) -> str:
    """What no answer means, and when: to whoever asked, or to the agent."""
    words = SILENCE_TO_STAFF if staff else SILENCE
    return french.typeset(words[view.silence].format(day=french.day(view.silence_on)))


def addressee(view: RequestView) -> str:
    """The requester's name, where the form asked for it as the file calls it; else the address of the answers."""
    wanted = (Prefill.FIRST_NAME, Prefill.LAST_NAME)
    named = {
        field.prefill: said(field, view.answers.get(field.name))
        for page in view.pages
        for field in page.fields
        if field.prefill in wanted
    }
    parts = [named[each] for each in wanted if named.get(each, NOT_ANSWERED) != NOT_ANSWERED]
    return " ".join(parts) or view.email


def decision(view: RequestView) -> tuple[str, str, str]:
    """(what is decided, why or how, ways of appeal): the letter's body."""
    if view.line.state is RequestState.REFUSED:
        appeal = APPEAL if view.kind is ProcedureKind.DECISION else ""
        return french.typeset(REFUSED), view.letter, french.typeset(appeal)
    return french.typeset(ACCEPTED[view.kind]), view.letter, ""


def is_decided(view: RequestView) -> bool:
    """There is a letter."""
    return view.line.state in (RequestState.ACCEPTED, RequestState.REFUSED) and not view.erased


def letter_place(view: RequestView) -> str:
    """Where the letter is beside the request's page, for an agent."""
    if view.letter_put_at is not None:
        since = french.moment(view.letter_put_at)
        return french.typeset(f"Ce courrier est dans l’espace de stockage du demandeur depuis le {since}.")
    return french.typeset(_LETTER_PLACES.get(view.letter_place, ""))


def can_open(file: RequestFile) -> bool:
    """A document that is sent to whoever filed it can be sealed to them: there is a vault, or a code."""
    return file.request.has_account or file.code_key is not None


def _entry(step: StepView, type_name: TypeName, *, own: bool) -> Entry:
    title = step_words(step.kind, step.side, own=own)
    words = step.words
    if step.kind in _OF_DOCUMENTS and words:
        title, words = f"{title} : {type_name(words)}", ""
    elif step.kind is StepKind.ASSIGNED and not words:
        title = "Confiée à personne en particulier"
    elif step.kind in _NAMED:
        title, words = f"{title} {words}", ""
    who = step.by_name
    if own and step.side is Side.REQUESTER:
        who = "Vous"
    elif not who:
        who = "Demandeur" if step.side is Side.REQUESTER else ""
    return Entry(
        french.typeset(title),
        step.at,
        who,
        words,
        step.side.value,
        step.kind in (StepKind.NOTED, StepKind.ASSIGNED),
        step.documents,
        step.by_code,
    )
