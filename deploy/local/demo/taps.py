"""The demonstration's tablets: today's roll-calls begun, and a late tap that a closed sheet has to be looked at for."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from contracts.caller import SYSTEM, Caller
from contracts.enrolment.attendance import AttendanceDesk, MissingSheetView, RollCall, RollCallView
from contracts.enrolment.taps import RecordTaps, Seen, Tap
from contracts.events.attendance import Mark
from contracts.messages import Question
from deploy.local.demo.enrolment import LIVED

A = TypeVar("A")
BY = "Karim Belhadj"


class Services(Protocol):
    """`chassis.client.Services`."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


def load(services: Services, today: date) -> None:
    """Half the children of today’s sheets are called; the first school’s last closed sheet is contradicted once."""
    for place_code in LIVED:
        for each in services.ask(AttendanceDesk(day=today, place_code=place_code), SYSTEM).today:
            sheet = _sheet(services, each)
            if sheet.session_id is not None and not sheet.version and not sheet.taps:
                called = sheet.lines[: len(sheet.lines) // 2]
                _tap(services, sheet, [(line.child_id, Seen.HERE) for line in called])
    for days in range(1, 40):
        desk = services.ask(AttendanceDesk(day=today - timedelta(days=days), place_code=LIVED[0]), SYSTEM)
        for each in desk.today:
            if each.session_id in desk.done:
                sheet = _sheet(services, each)
                absent = [line.child_id for line in sheet.lines if line.mark is Mark.ABSENT_UNJUSTIFIED]
                if absent and not sheet.taps:
                    _tap(services, sheet, [(absent[0], Seen.HERE)])
                if absent:
                    return


def _sheet(services: Services, each: MissingSheetView) -> RollCallView:
    ask = RollCall(place_code=each.place_code, activity_code=each.activity_code, day=each.day, slot=each.slot)
    return services.ask(ask, SYSTEM)


def _tap(services: Services, sheet: RollCallView, seen: list[tuple[UUID, Seen]]) -> None:
    assert sheet.session_id is not None
    now = datetime.now(UTC)
    device_id = uuid5(NAMESPACE_URL, f"espace-citoyens/demo/tablet/{sheet.place_code}")
    taps = [
        Tap(
            tap_id=uuid5(device_id, f"{sheet.session_id}/{child_id}"),
            child_id=child_id,
            seen=what,
            at=now,
            number=number,
            by=BY,
        )
        for number, (child_id, what) in enumerate(seen, 1)
    ]
    ask = RecordTaps(
        command_id=uuid4(),
        session_id=sheet.session_id,
        device_id=device_id,
        device="Chrome, Android",
        sent_at=now,
        taps=taps,
    )
    services.ask(ask, SYSTEM)
