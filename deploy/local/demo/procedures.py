"""Démarches that the demonstration town has composed, beside those that are shipped; one parent has begun one."""

from typing import Protocol, TypeVar
from uuid import NAMESPACE_URL, uuid4, uuid5

from contracts.caller import SYSTEM, Caller
from contracts.enrolment.drafts import SaveAnswers, StartDraft
from contracts.enrolment.procedure_forms import (
    Condition,
    FieldKind,
    FormField,
    FormPage,
    Option,
    Prefill,
    ProcedureForm,
    Test,
)
from contracts.enrolment.procedures import ListProcedures, MakeProcedure, ProcedureExists, PublishProcedure
from contracts.messages import Question

A = TypeVar("A")
CODE = "reserver-une-salle"
LOAN = "emprunter-du-materiel"
_PARTY = Condition(tests=(Test(field="usage", one_of=("fete",)),))
FORM = ProcedureForm(
    title="Réserver une salle municipale",
    summary="Une salle de quartier pour une fête de famille ou la réunion d’une association.",
    text="Faites votre demande un mois avant la date. Le service vérifie que la salle est libre et vous répond ; "
    "la convention et la caution se signent ensuite au guichet.",
    category="Vie locale",
    department="Vie associative",
    answer_days=15,
    sources=("Code général des collectivités territoriales, article L2144-3",),
    pages=(
        FormPage(
            name="salle",
            title="La salle",
            fields=(
                FormField(
                    name="usage",
                    kind=FieldKind.CHOICE,
                    label="Pour quoi faire ?",
                    options=(
                        Option(name="fete", label="Une fête de famille"),
                        Option(name="reunion", label="La réunion d’une association"),
                    ),
                ),
                FormField(
                    name="invites",
                    kind=FieldKind.NUMBER,
                    label="Combien de personnes ?",
                    least=2,
                    most=150,
                    shown_when=_PARTY,
                ),
                FormField(name="jour", kind=FieldKind.DATE, label="Quel jour ?", least=7, most=365),
            ),
        ),
    ),
)
LOAN_FORM = ProcedureForm(
    title="Emprunter du matériel",
    summary="Tables, bancs et barrières pour une fête de quartier ou d’école.",
    text="Le service vous répond en trois jours. Le matériel se retire aux ateliers municipaux.",
    category="Vie locale",
    department="Vie associative",
    answer_days=3,
    pages=(
        FormPage(
            name="materiel",
            title="Le matériel",
            fields=(
                FormField(
                    name="quoi",
                    kind=FieldKind.CHOICES,
                    label="De quoi avez-vous besoin ?",
                    options=(
                        Option(name="tables", label="Tables et bancs"),
                        Option(name="barrieres", label="Barrières"),
                        Option(name="sono", label="Sonorisation"),
                    ),
                ),
                FormField(name="jour", kind=FieldKind.DATE, label="Pour quel jour ?", least=5, most=365),
                FormField(name="occasion", kind=FieldKind.LONG_TEXT, label="Pour quelle occasion ?"),
            ),
        ),
        FormPage(
            name="demandeur",
            title="Qui demande",
            fields=(
                FormField(
                    name="prenom", kind=FieldKind.TEXT, label="Votre prénom", prefill=Prefill.FIRST_NAME
                ),
                FormField(name="nom", kind=FieldKind.TEXT, label="Votre nom", prefill=Prefill.LAST_NAME),
            ),
        ),
    ),
)
_FORMS = {CODE: FORM, LOAN: LOAN_FORM}


class Services(Protocol):
    """`chassis.client.Services`."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


def load(services: Services, parent: Caller) -> None:
    """Made and published once; one begun once by the parent, who answered the first question."""
    for code, form in _FORMS.items():
        try:
            made = services.ask(MakeProcedure(command_id=uuid4(), code=code, form=form), SYSTEM)
        except ProcedureExists:
            continue
        publish = PublishProcedure(command_id=uuid4(), code=code, revision=made.revision)
        services.ask(publish, SYSTEM)
    if services.ask(ListProcedures(), parent).drafts:
        return
    key = uuid5(NAMESPACE_URL, f"demo/draft/{parent.account_id}")
    begun = services.ask(StartDraft(command_id=key, code=CODE), parent)
    answers = SaveAnswers(
        command_id=uuid4(), draft_id=begun.draft_id, page="salle", answers={"usage": "fete"}, partial=True
    )
    services.ask(answers, parent)
