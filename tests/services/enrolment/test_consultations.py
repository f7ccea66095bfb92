"""An agent who opens a child's enrolment or bookings leaves a fact; a parent, or a list made for work, does not."""

from datetime import date

import pytest
from nameko.testing.services import worker_factory

from contracts.caller import Role
from contracts.enrolment.bookings import MonthPage
from contracts.enrolment.enrolments import EnrolmentQueue, ShowEnrolment
from contracts.errors import NotAllowed
from enrolment.service import EnrolmentService
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Town

AGENT = mother.agent(Role.REQUESTS)


class Still:
    def now(self):
        return NOW


def consulted(town: Town) -> int:
    return town.told().count("child.consulted")


def test_one_child_s_papers_are_told_and_lists_are_not(town: Town) -> None:
    child = mother.child()
    family_id, [parent] = town.family(child)
    show = ShowEnrolment(enrolment_id=town.enrol(child.child_id, parent))
    month = MonthPage(child_id=child.child_id, family_id=family_id, month=date(2026, 11, 1))
    service = worker_factory(EnrolmentService, begin=town.sessions.begin, clock=Still())
    service.show_enrolment(show, parent)
    service.month_page(month, parent)
    service.enrolment_queue(EnrolmentQueue(), AGENT)
    assert consulted(town) == 0
    service.show_enrolment(show, AGENT)
    service.month_page(month, AGENT)
    assert consulted(town) == 2
    said = "SELECT count(*) FROM outbox WHERE name = 'child.consulted' AND body LIKE '%Agente Barbier%'"
    assert town.count(said) == 2


def test_who_may_not_look_leaves_no_line(town: Town) -> None:
    child = mother.child()
    _, [parent] = town.family(child)
    show = ShowEnrolment(enrolment_id=town.enrol(child.child_id, parent))
    service = worker_factory(EnrolmentService, begin=town.sessions.begin, clock=Still())
    with pytest.raises(NotAllowed):
        service.show_enrolment(show, mother.agent(Role.BILLING))
    assert consulted(town) == 0
