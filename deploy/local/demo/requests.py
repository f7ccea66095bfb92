"""The demonstration's requests: the departments with their agents, and a few démarches that stand where they do."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.caller import SYSTEM, Caller
from contracts.enrolment.departments import DefineDepartment, ListDepartments
from contracts.enrolment.drafts import SaveAnswers, StartDraft
from contracts.enrolment.requests import (
    Act,
    DecideRequest,
    HandleRequest,
    MyRequests,
    OpenRequest,
    SubmitRequest,
)
from contracts.messages import Question

A = TypeVar("A")
GENERAL = "demande-generale"
RECEPTION = "accueil"
DEPARTMENTS = {
    RECEPTION: "Accueil de la mairie",
    "etat_civil": "État civil",
    "elections": "Élections",
    "ressources_humaines": "Ressources humaines",
    "scolarite": "Affaires scolaires",
    "familles": "Guichet familles",
}
SUBJECTS = (
    ("Un lampadaire éteint", "Le lampadaire devant le 14 rue Pêcherie est éteint depuis dix jours."),
    ("Passage piéton devant l’école", "Le passage piéton devant l’école est presque effacé."),
    ("Prêt de barrières", "Nous organisons un repas de quartier : peut-on emprunter six barrières ?"),
)


class Services(Protocol):
    """`chassis.client.Services`."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


def load(services: Services, parents: Sequence[Caller], agents: Sequence[Caller]) -> None:
    """Every department with these agents; one request to deal with, one that waits for its parent, one accepted."""
    known = {each.name for each in services.ask(ListDepartments(), SYSTEM)}
    for code, name in DEPARTMENTS.items():
        if name not in known:
            _define(services, code, name, agents)
    acts = (_leave, _ask_for_more, _accept)
    for parent, subject, act in zip(parents, SUBJECTS, acts, strict=False):
        if not services.ask(MyRequests(), parent).total:
            act(services, _file(services, parent, *subject), agents[0])


def _define(services: Services, code: str, name: str, agents: Sequence[Caller]) -> None:
    command = DefineDepartment(
        command_id=_key("department", code),
        code=code,
        version=0,
        name=name,
        email=f"{code.replace('_', '-')}@exemple.test",
        agents={each.account_id: each.name for each in agents if each.account_id},
    )
    services.ask(command, SYSTEM)


def _file(services: Services, parent: Caller, subject: str, words: str) -> UUID:
    card = services.ask(StartDraft(command_id=_key("draft", parent.account_id), code=GENERAL), parent)
    first_name, _, last_name = parent.name.rpartition(" ")
    answers: dict[str, Any] = {
        "theme": "autre",
        "objet": subject,
        "message": words,
        "prenom": first_name or "Claude",
        "nom": last_name or "Martin",
        "adresse": {"street": "14 rue Pêcherie", "postcode": "26100", "city": "Romans-sur-Isère"},
        "contact_email": "famille@exemple.test",
    }
    number = 1
    for page in ("demande", "demandeur", "contact"):
        save = SaveAnswers(
            command_id=_key("page", parent.account_id, page),
            draft_id=card.draft_id,
            page=page,
            answers=answers,
        )
        number = services.ask(save, parent).draft.number
    command = SubmitRequest(
        command_id=_key("request", parent.account_id), draft_id=card.draft_id, number=number
    )
    return services.ask(command, parent).request_id


def _leave(services: Services, request_id: UUID, agent: Caller) -> None:
    """Nobody has begun."""


def _ask_for_more(services: Services, request_id: UUID, agent: Caller) -> None:
    take = HandleRequest(
        command_id=_key("take", request_id),
        request_id=request_id,
        version=_version(services, request_id, agent),
        act=Act.TAKE,
    )
    services.ask(take, agent)
    ask = HandleRequest(
        command_id=_key("ask", request_id),
        request_id=request_id,
        version=_version(services, request_id, agent),
        act=Act.ASK,
        words="Pouvez-vous préciser de quelle école il s’agit, et joindre une photo ?",
    )
    services.ask(ask, agent)


def _accept(services: Services, request_id: UUID, agent: Caller) -> None:
    decision = DecideRequest(
        command_id=_key("decision", request_id),
        request_id=request_id,
        version=_version(services, request_id, agent),
        accepted=True,
        words="Six barrières sont réservées à votre nom : à retirer aux ateliers municipaux, la veille, avant 17 h.",
    )
    services.ask(decision, agent)


def _version(services: Services, request_id: UUID, agent: Caller) -> int:
    return services.ask(OpenRequest(request_id=request_id), agent).request.line.version


def _key(*parts: object) -> UUID:
    """The same command has the same id at every load."""
    return uuid5(NAMESPACE_URL, "espace-citoyens/demo/requests/" + "/".join(str(part) for part in parts))
