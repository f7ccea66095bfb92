"""A form that changes something of the family's file: it carries what it was shown with, so that nobody's newer answer
is overwritten unseen.

    class PhoneForm(ChangeForm):
        kind = SubjectKind.GUARDIAN
        places = {"phone": "phone"}             # field of the file → field of the form where a conflict is said
        phone = PhoneField()

        def read(self): return {"phone": self.phone.data}
        def fill(self, values): self.phone.data = values["phone"]
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from wtforms import HiddenField as WtHiddenField

from contracts.accounts.changes import ChangedMeanwhile, ChangeView, Edit, SubjectKind
from gateway import french
from gateway.family.change_words import say
from gateway.forms.form import CommandForm


class ChangeForm(CommandForm):
    """One subject of the file. Values are as the contract has them: text, dates as text, parts as dictionaries."""

    kind: ClassVar[SubjectKind]
    places: ClassVar[dict[str, str]]
    shown = WtHiddenField()

    def read(self) -> dict[str, Any]:
        """The answers, by field of the file."""
        raise NotImplementedError

    def fill(self, values: Mapping[str, Any]) -> None:
        """Puts the values that stand into the form."""
        raise NotImplementedError

    def open(self, values: Mapping[str, Any], changes: list[ChangeView], subject_id: UUID) -> None:
        """Shows what stands, the first time; `changes`: of the family, for what awaits."""
        if self.is_submitted():
            return
        awaiting = {
            change.field: str(change.change_id)
            for change in changes
            if change.may_withdraw and change.subject_kind is self.kind and change.subject_id == subject_id
        }
        self.fill(values)
        self._remember({field: (values.get(field), awaiting.get(field)) for field in self.places})

    def edits(self) -> dict[str, Edit]:
        """For `ProposeChanges`. What the page was shown with comes back from it; without it nothing is known."""
        seen = self._seen()
        return {
            field: Edit(
                seen=seen.get(field, [None, None])[0],
                wanted=wanted,
                awaiting=seen.get(field, [None, None])[1],
            )
            for field, wanted in self.read().items()
        }

    def shown_values(self) -> dict[str, Any]:
        """The values that the page was shown with."""
        return {field: pair[0] for field, pair in self._seen().items()}

    def show_newer(self, refusal: ChangedMeanwhile, children: Mapping[str, str]) -> None:
        """Puts what stands beside each answer it contradicts. Sent once more, the form replaces it knowingly."""
        self.show(refusal)
        told = refusal.details.get("fields")
        seen: dict[str, Any] = dict(self._seen())
        for field, newer in (told if isinstance(told, dict) else {}).items():
            if field not in self.places:
                continue
            awaiting = newer.get("awaiting")
            seen[field] = (newer["present"], awaiting["change_id"] if awaiting else None)
            self._add(self._fields[self.places[field]], self._sentence(field, newer, children))
        self._remember(seen)
        self._blame(self.status)

    def _sentence(self, field: str, newer: Mapping[str, Any], children: Mapping[str, str]) -> str:
        by = newer.get("by") or ""
        at = f" le {french.moment(datetime.fromisoformat(newer['at']))}" if newer.get("at") else ""
        if newer.get("awaiting"):
            wanted = say(self.kind, field, newer["awaiting"]["value"], children)
            return (
                f"{by or 'Un autre responsable'} a déjà demandé{at} : « {wanted} ». "
                "Enregistrez de nouveau pour remplacer sa demande par la vôtre."
            )
        present = say(self.kind, field, newer.get("present"), children)
        change = f"{by} a changé cette réponse{at}" if by else "Cette réponse a changé entre-temps"
        return f"{change} : « {present} ». Vérifiez la vôtre, puis enregistrez de nouveau."

    def _remember(self, seen: Mapping[str, Any]) -> None:
        self.shown.data = json.dumps(seen, ensure_ascii=False)

    def _seen(self) -> dict[str, list[Any]]:
        try:
            given = json.loads(self.shown.data or "{}")
        except ValueError:
            return {}
        if not isinstance(given, dict):
            return {}
        return {key: value for key, value in given.items() if isinstance(value, list) and len(value) == 2}
