"""What every fact of an enrolment says."""

from contracts.events.enrolments import EnrolmentFact
from enrolment.household.families import SomeChild, full_name
from enrolment.models import Enrolment


def describe(enrolment: Enrolment, child: SomeChild, activity_name: str) -> EnrolmentFact:
    """The enrolment, in values."""
    return EnrolmentFact(
        enrolment_id=enrolment.enrolment_id,
        child_id=enrolment.child_id,
        child_name=full_name(child),
        family_id=enrolment.family_id,
        account_id=enrolment.requested_by,
        activity_code=enrolment.activity_code,
        activity_name=activity_name,
        place_code=enrolment.place_code,
        school_year=enrolment.school_year,
    )
