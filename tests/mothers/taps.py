"""Made-up taps, and tablets that send them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from contracts.enrolment.taps import RecordTaps, RollCallState, Seen, Tap


@dataclass
class Tablet:
    """A tablet of a school. `wrong_by`: how far its clock goes ahead of the town's."""

    session_id: UUID
    name: str = "Chrome, Android"
    wrong_by: timedelta = timedelta()
    device_id: UUID = field(default_factory=uuid4)
    pressed: list[Tap] = field(default_factory=list)

    def press(self, child_id: UUID, seen: Seen, at: datetime) -> Tap:
        """Keeps a tap until it is sent."""
        tap = Tap(
            tap_id=uuid4(),
            child_id=child_id,
            seen=seen,
            at=at + self.wrong_by,
            number=len(self.pressed) + 1,
            by="Agente Barbier",
        )
        self.pressed.append(tap)
        return tap

    def sending(self, now: datetime, *taps: Tap) -> RecordTaps:
        """The call that brings these taps; all of them when none is named."""
        return RecordTaps(
            command_id=uuid4(),
            session_id=self.session_id,
            device_id=self.device_id,
            device=self.name,
            sent_at=now + self.wrong_by,
            taps=list(taps or self.pressed),
        )


def state(marks: Mapping[UUID, Seen] | None = None, **differing: object) -> RollCallState:
    known: dict[str, object] = {"session_id": uuid4(), "marks": marks or {}}
    return RollCallState.model_validate(known | differing)
