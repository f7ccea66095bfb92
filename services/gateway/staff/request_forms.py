"""What an agent can do on a request's page: one form for each act, on one page."""

from dataclasses import dataclass, field

from contracts.enrolment.requests import LONGEST_WORDS, Act, RequestFile
from contracts.events.requests import ProcedureKind
from gateway.forms import RadiosField, SelectField, TextareaField, at_most, required
from gateway.requests.request_forms import VersionForm

ASK, WRITE, NOTE = "ask", "write", "note"


class WriteForm(VersionForm):
    """Words, and to whom."""

    purpose = RadiosField(
        "À qui, et pour quoi ?",
        [required("Choisissez à qui vous écrivez.")],
        choices=[
            (ASK, "Demander une précision ou un document", "Le délai est suspendu jusqu’à la réponse."),
            (WRITE, "Informer le demandeur", "Rien n’est attendu de lui."),
            (NOTE, "Note interne", "Lue par les agents du service seulement."),
        ],
    )
    words = TextareaField("Votre texte", [required("Écrivez votre texte."), at_most(LONGEST_WORDS)], rows=4)


class DecisionForm(VersionForm):
    """What is decided, and the words of the letter."""

    outcome = RadiosField(
        "Décision",
        [required("Choisissez une décision.")],
        choices=[(Act.ACCEPT.value, "Accepter"), (Act.REFUSE.value, "Refuser")],
    )
    letter = TextareaField(
        "Texte du courrier",
        [at_most(LONGEST_WORDS)],
        hint="Obligatoire pour un refus : ses raisons, de fait et de droit. Le courrier y ajoute l’en-tête, "
        "la décision et les voies de recours.",
        rows=6,
    )


class AssignForm(VersionForm):
    """Whose it is among the department's agents."""

    agent = SelectField("Confier à", prompt="Personne en particulier")


class ForwardForm(VersionForm):
    """Another department, and a word for it."""

    department = SelectField("Transmettre au service")
    note = TextareaField("Note pour ce service (facultatif)", [at_most(LONGEST_WORDS)], rows=2)


@dataclass
class Forms:
    """The forms of the page: the one that was sent, filled, and the others fresh."""

    write: WriteForm = field(default_factory=lambda: WriteForm(formdata=None))
    decision: DecisionForm = field(default_factory=lambda: DecisionForm(formdata=None))
    assign: AssignForm = field(default_factory=lambda: AssignForm(formdata=None))
    forward: ForwardForm = field(default_factory=lambda: ForwardForm(formdata=None))
    take: VersionForm = field(default_factory=lambda: VersionForm(formdata=None))

    def offer(self, file: RequestFile) -> None:
        """The choices that the request leaves, and the version that is shown now."""
        for each in self.all():
            each.version.data = str(file.request.line.version)
        if Act.ASK not in file.acts:
            self.write.purpose.choices = [each for each in self.write.purpose.choices if each[0] != ASK]
        is_report = file.request.kind is ProcedureKind.REPORT
        if Act.REFUSE not in file.acts:
            self.decision.outcome.choices = [
                (Act.ACCEPT.value, "Marquer comme traité" if is_report else "Accepter")
            ]
        self.assign.agent.choices = [(str(each), name) for each, name in file.colleagues.items()]
        if self.assign.agent.data is None and file.agent_id is not None:
            self.assign.agent.data = str(file.agent_id)
        self.forward.department.choices = list(file.departments.items())

    def all(self) -> tuple[VersionForm, ...]:
        """Each of them."""
        return self.write, self.decision, self.assign, self.forward, self.take

    @property
    def words(self) -> str:
        """What was typed into the one that was sent."""
        typed = (self.write.words.data, self.decision.letter.data, self.forward.note.data)
        return next((each for each in typed if each), "")

    @property
    def status(self) -> int:
        """Of the page: the worst of its forms'."""
        return max(each.status for each in self.all())
