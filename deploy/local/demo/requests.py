"""The demonstration's requests: the departments with their agents, and démarches in each state, with what was said.

filed = load(services, parents, agents)     # number and code of the one that was filed without an account
send_file(services, put, parents[0], agents[0])    # once the parent has a vault
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.caller import SYSTEM, Caller
from contracts.enrolment.departments import DefineDepartment, ListDepartments
from contracts.enrolment.drafts import SaveAnswers, StartDraft
from contracts.enrolment.procedures import ShowProcedure
from contracts.enrolment.requests import (
    Act,
    AssignRequest,
    DecideRequest,
    HandleRequest,
    MyRequests,
    OpenRequest,
    SubmitRequest,
    SubmittedView,
    WriteToRequester,
    WriteToTown,
)
from contracts.errors import NotFound
from contracts.messages import Question
from deploy.local.demo import procedures

A = TypeVar("A")
GENERAL = "demande-generale"
DEPARTMENTS = {
    "accueil": "Accueil de la mairie",
    "etat_civil": "État civil",
    "elections": "Élections",
    "ressources_humaines": "Ressources humaines",
    "scolarite": "Affaires scolaires",
    "familles": "Guichet familles",
    "vie_associative": "Vie associative",
}
_VISITOR = Caller(address="127.0.0.1")
_SECRET = "une-demonstration-sans-compte-et-sans-secret"[:43]


class Services(Protocol):
    """`chassis.client.Services`."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


@dataclass(frozen=True)
class Desk:
    """The agent at work on one request."""

    services: Services
    request_id: UUID
    agent: Caller
    colleague: Caller

    def take(self) -> None:
        """In their own name."""
        self._ask(HandleRequest(**self._seen("take"), act=Act.TAKE))

    def ask_for(self, words: str) -> None:
        """The delay stands still until the answer."""
        self._ask(HandleRequest(**self._seen("ask"), act=Act.ASK, words=words))

    def write(self, words: str, documents: tuple[UUID, ...] = ()) -> None:
        """To the requester."""
        self._ask(WriteToRequester(**self._named("write"), words=words, documents=documents))

    def note(self, words: str) -> None:
        """Among agents."""
        self._ask(WriteToRequester(**self._named("note"), words=words, internal=True))

    def assign(self, colleague: Caller) -> None:
        """To a colleague."""
        self._ask(AssignRequest(**self._seen("assign"), agent_id=colleague.account_id))

    def decide(self, accepted: bool, letter: str) -> None:
        """The end of it."""
        self._ask(DecideRequest(**self._seen("decide"), accepted=accepted, words=letter))

    def _ask(self, command: Question[Any]) -> None:
        self.services.ask(command, self.agent)

    def _named(self, what: str) -> dict[str, Any]:
        return {"command_id": _key(what, self.request_id), "request_id": self.request_id}

    def _seen(self, what: str) -> dict[str, Any]:
        file = self.services.ask(OpenRequest(request_id=self.request_id), self.agent)
        return {**self._named(what), "version": file.request.line.version}


@dataclass(frozen=True)
class Story:
    """A request of a parent, and what the department did with it."""

    answers: dict[str, Any]
    tell: Callable[[Desk], None]
    code: str = GENERAL


def load(
    services: Services, parents: Sequence[Caller], agents: Sequence[Caller], today: date
) -> SubmittedView:
    """Every department with these agents; a request of each parent, and one that was filed without an account."""
    known = {each.name: each for each in services.ask(ListDepartments(), SYSTEM)}
    for code, name in DEPARTMENTS.items():
        there = known.get(name)
        if there is None or not there.agents:
            _define(services, there.code if there else code, name, agents, there.version if there else 0)
    for parent, story in zip(parents, _stories(today), strict=False):
        if not services.ask(MyRequests(), parent).total:
            filed = _file(services, parent, story.code, {**story.answers, **_of(parent)})
            story.tell(Desk(services, filed.request_id, agents[0], agents[-1]))
    return _without_account(services, agents)


def send_file(services: Services, put: Callable[[UUID], UUID | None], parent: Caller, agent: Caller) -> bool:
    """The agent writes about the parent's request, with a file. `put`: lays it in their vault and names it.

    False while it cannot be put there yet.
    """
    request_id = services.ask(MyRequests(), parent).requests[-1].request_id
    file = services.ask(OpenRequest(request_id=request_id), agent)
    if any(step.documents for step in file.request.steps):
        return True
    document_id = put(request_id)
    if document_id is None:
        return False
    desk = Desk(services, request_id, agent, agent)
    desk.take()
    desk.write("Le lampadaire est signalé au syndicat d’énergie : voici son avis de passage.", (document_id,))
    return True


def _stories(today: date) -> tuple[Story, ...]:
    party = {
        "quoi": ["tables", "barrieres"],
        "jour": (today + timedelta(days=20)).isoformat(),
        "occasion": "La fête de l’école Jacques-Prévert : cent vingt personnes dans la cour.",
    }
    return (
        Story(_about("Un lampadaire éteint", "Le lampadaire devant le 14 rue Pêcherie est éteint."), _leave),
        Story(
            _about("Passage piéton", "Le passage piéton devant l’école est presque effacé."), _ask_for_more
        ),
        Story(
            _about(
                "Prêt de barrières", "Nous organisons un repas de quartier : nous prêtez-vous des barrières ?"
            ),
            _accept,
        ),
        Story(party, _work_on_it, procedures.LOAN),
        Story(
            _about(
                "Taille des platanes", "Les platanes du boulevard cachent le soleil : peut-on les tailler ?"
            ),
            _refuse,
        ),
    )


def _leave(_desk: Desk) -> None:
    """Nobody has begun."""


def _ask_for_more(desk: Desk) -> None:
    """Waits for the parent."""
    desk.take()
    desk.ask_for("Pouvez-vous préciser de quelle école il s’agit, et joindre une photo ?")


def _accept(desk: Desk) -> None:
    desk.decide(
        True,
        "Six barrières sont réservées à votre nom : à retirer aux ateliers municipaux, la veille, avant 17 h.",
    )


def _work_on_it(desk: Desk) -> None:
    """The end of its delay is near: a colleague takes over."""
    desk.take()
    desk.note("Douze tables sont déjà promises ce jour-là. Les ateliers peuvent-ils en sortir six de plus ?")
    desk.write("Nous vérifions ce qui reste ce jour-là, et vous répondons avant la fin de la semaine.")
    desk.assign(desk.colleague)


def _refuse(desk: Desk) -> None:
    desk.decide(
        False,
        "Les arbres d’alignement sont protégés par l’article L. 350-3 du code de l’environnement : "
        "ils ne sont taillés que si leur état l’exige, ce que la visite du 2 octobre n’a pas montré.",
    )


def _without_account(services: Services, agents: Sequence[Caller]) -> SubmittedView:
    """Asked, and answered by its number and code."""
    about = _about("Un nid de frelons", "Des frelons ont fait leur nid sous le préau du square Jules-Nadi.")
    filed = _file(services, _VISITOR, GENERAL, {**about, **_of(_VISITOR)})
    desk = Desk(services, filed.request_id, agents[0], agents[-1])
    if services.ask(OpenRequest(request_id=filed.request_id), agents[0]).request.line.state != "received":
        return filed
    desk.ask_for("À quelle hauteur est le nid, à peu près ? L’équipe saura quelle échelle emporter.")
    answer = WriteToTown(
        command_id=_key("answer", filed.request_id),
        request_id=filed.request_id,
        code=filed.code,
        words="Trois mètres environ, au-dessus du banc.",
    )
    services.ask(answer, _VISITOR)
    return filed


def _define(services: Services, code: str, name: str, agents: Sequence[Caller], version: int) -> None:
    command = DefineDepartment(
        command_id=_key("department", code),
        code=code,
        version=version,
        name=name,
        email=f"{code.replace('_', '-')}@exemple.test",
        agents={each.account_id: each.name for each in agents if each.account_id},
    )
    services.ask(command, SYSTEM)


def _about(subject: str, words: str) -> dict[str, Any]:
    """« Écrire à la mairie »."""
    return {"theme": "autre", "objet": subject, "message": words}


def _of(caller: Caller) -> dict[str, Any]:
    """Who asks."""
    name = caller.name.removeprefix("Mme ").removeprefix("M. ")
    first_name, _, last_name = name.rpartition(" ")
    return {
        "prenom": first_name or "Line",
        "nom": last_name or "Passage",
        "adresse": {"street": "14 rue Pêcherie", "postcode": "26100", "city": "Romans-sur-Isère"},
        "contact_email": "famille@exemple.test",
    }


def _file(services: Services, caller: Caller, code: str, answers: dict[str, Any]) -> SubmittedView:
    """Filled page by page, and sent. Filed before, it is that request, under a new code."""
    secret = None if caller.account_id else _SECRET
    who = caller.account_id or "nobody"
    begin = StartDraft(command_id=_key("draft", who), code=code, secret=secret)
    draft_id = services.ask(begin, caller).draft_id
    procedure = services.ask(ShowProcedure(code=code, secret=secret), caller)
    for page in procedure.form.pages:
        save = SaveAnswers(
            command_id=_key("page", who, page.name),
            draft_id=draft_id,
            secret=secret,
            page=page.name,
            answers=answers,
        )
        try:
            services.ask(save, caller)
        except NotFound:  # sent before
            break
    send = SubmitRequest(
        command_id=_key("request", who), draft_id=draft_id, secret=secret, number=procedure.number
    )
    return services.ask(send, caller)


def _key(*parts: object) -> UUID:
    """The same command has the same id at every load."""
    return uuid5(NAMESPACE_URL, "espace-citoyens/demo/requests/" + "/".join(str(part) for part in parts))
