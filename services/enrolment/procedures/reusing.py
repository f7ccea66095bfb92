"""« Déjà fourni » in a démarche: the questions that a document given to the town before answers by itself.

One that needs a document takes it as given; one that does not, only when whoever fills the form says so, since nothing
more is given than is asked. Nothing is kept of it in the draft's answers: it is looked up each time, so that what
serves no more, or what somebody of the household has given meanwhile, is asked for or not as things stand.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.enrolment.drafts import GivenAnswer
from contracts.enrolment.procedure_forms import Answers, FieldKind, FormField, ProcedureForm
from contracts.serving import REQUEST
from enrolment.given import memory, passing
from enrolment.given.models import GivenDocument
from enrolment.procedures.asking import shown
from enrolment.procedures.models import RequestDraft
from enrolment.requests.answered import children_in


@dataclass(frozen=True)
class Reusable:
    """Question → what the town was given that answers it, where no document is joined to it. `taken`: it does."""

    rows: Mapping[str, GivenDocument] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    def within(self, answers: Answers) -> Answers:
        """The answers, with what is taken as given among them: what other questions hang on it sees it there."""
        return {**answers, **{name: [str(self.rows[name].document_id)] for name in self.taken}}

    def without(self, answers: Answers) -> Answers:
        """The answers that were typed or joined."""
        return {name: answer for name, answer in answers.items() if name not in self.taken}

    def views(self, names: Collection[str]) -> dict[str, GivenAnswer]:
        """As whoever fills the form reads it, of these questions."""
        return {
            name: GivenAnswer(given=passing.view(row), taken=name in self.taken)
            for name, row in self.rows.items()
            if name in names
        }


NONE = Reusable()


def of(session: Session, draft: RequestDraft, form: ProcedureForm, answers: Answers, today: date) -> Reusable:
    """What answers the questions of a draft of an account. Three statements where one could be answered."""
    asking = {
        each.name: each for each in form.fields() if _may_be_answered(each) and each.name not in answers
    }
    if draft.account_id is None or not asking:
        return NONE
    named = set(children_in(shown(form, answers), answers).values())
    child_id = UUID(named.pop()) if len(named) == 1 else None
    whose = memory.household_of(session, draft.account_id, child_id)
    found = memory.find(session, REQUEST, whose, {each.document_type for each in asking.values()}, today)
    rows = {name: found[each.document_type] for name, each in asking.items() if each.document_type in found}
    taken = frozenset(name for name in rows if asking[name].required or name in draft.reuses)
    return Reusable(rows, taken)


def _may_be_answered(question: FormField) -> bool:
    return question.kind is FieldKind.DOCUMENT and question.reuses and bool(question.document_type)
