"""One subject of one family, opened to be changed: its present values, what awaits on it, how it is written."""

from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import func, select

from accounts.revision.change_models import ChangeRequest
from accounts.revision.change_states import DONE
from accounts.revision.change_subjects import At, Present, Subject, Values, subject_of
from contracts.accounts.changes import WHOLE, ChangeState, Edit, SubjectKind
from contracts.errors import NotFound


@dataclass
class Target:
    """Opened under the lock of the family's row. `present` is None while it is not (or no more) in the file."""

    at: At
    kind: SubjectKind
    subject: Subject
    present: Present | None

    @classmethod
    def open(cls, at: At, kind: SubjectKind) -> "Target":
        """Reads the subject. Raises NotFound when it is another family's."""
        subject = subject_of(kind)
        return cls(at, kind, subject, subject.read(at))

    def value(self, field: str) -> JsonValue:
        """What stands in a field; of the subject itself, all of them."""
        if self.present is None:
            return None
        return dict(self.present.values) if field == WHOLE else self.present.values.get(field)

    def check(self, values: Values) -> dict[str, JsonValue]:
        """The values as they would be written. What is made is checked by its own fields. Raises Invalid."""
        made = values.get(WHOLE)
        if isinstance(made, dict):
            return {WHOLE: dict(self.subject.check(self.at, made))}
        return dict(values) if WHOLE in values or not values else dict(self.subject.check(self.at, values))

    def write(self, values: Values) -> None:
        """Makes, removes or changes it; a subject that is made or changed is read again."""
        if not values:
            return
        made = values.get(WHOLE)
        if WHOLE in values and not isinstance(made, dict):
            self.subject.remove(self.at)
            return
        if isinstance(made, dict):
            self.subject.create(self.at, made)
        else:
            self.subject.write(self.at, values)
        self.at.session.flush()
        self.present = self.subject.read(self.at)

    def awaiting(self) -> dict[str, ChangeRequest]:
        """The family's requests that await, by field."""
        rows = self.at.session.scalars(
            select(ChangeRequest).where(
                ChangeRequest.family_id == self.at.family_id,
                ChangeRequest.subject_kind == self.kind.value,
                ChangeRequest.subject_id == self.at.subject_id,
                ChangeRequest.state == ChangeState.AWAITING.value,
            )
        )
        return {row.field: row for row in rows}

    def stale(
        self, field: str, edit: Edit, wanted: JsonValue, awaiting: ChangeRequest | None
    ) -> dict[str, JsonValue] | None:
        """What stands instead of what the form showed; None when it showed the truth, or two people want the same."""
        if awaiting is not None and awaiting.change_id != edit.awaiting:
            if awaiting.new == wanted:
                return None
            asked: JsonValue = {"change_id": str(awaiting.change_id), "value": awaiting.new}
            return {
                "present": self.value(field),
                "awaiting": asked,
                "by": "" if awaiting.by_town else awaiting.asked_name,
                "at": awaiting.asked_at.isoformat(),
            }
        return None if self.value(field) in (edit.seen, wanted) else self.newer(field)

    def newer(self, field: str) -> dict[str, JsonValue]:
        """The value that stands; who gave it, where it was a guardian of this family: nobody else is named.

        Raises NotFound when it never was in this family's file.
        """
        written_at = func.coalesce(ChangeRequest.ended_at, ChangeRequest.asked_at)
        last = self.at.session.scalar(
            select(ChangeRequest)
            .where(
                ChangeRequest.subject_kind == self.kind.value,
                ChangeRequest.subject_id == self.at.subject_id,
                ChangeRequest.field.in_([field, WHOLE]),
                ChangeRequest.state.in_(DONE),
            )
            .order_by(written_at.desc())
            .limit(1)
        )
        if self.present is None and (last is None or last.family_id != self.at.family_id):
            raise NotFound
        present = self.value(field)
        if (
            last is None
            or last.family_id != self.at.family_id
            or last.by_town
            or _given(last, field) != present
        ):
            return {"present": present, "by": "", "at": None}
        return {
            "present": present,
            "by": last.asked_name,
            "at": (last.ended_at or last.asked_at).isoformat(),
        }


def _given(row: ChangeRequest, field: str) -> JsonValue:
    """What a change wrote into a field: a subject that was made brought all of them."""
    given: JsonValue = row.new
    return given.get(field) if row.field != field and isinstance(given, dict) else given
