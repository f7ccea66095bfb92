"""Enrolment: everything kept of who asks."""

from contracts.messages import Question
from contracts.records import Records


class EnrolmentRecords(Question[Records]):
    """`enrolments` of all years, `given_documents` (the caller's that may serve again), `bookings` (cancelled ones
    too), `attendance`, `proofs`, `absences`, `objections`: of the caller's families; `requests` and `request_drafts`
    of their own.

    Of an enrolment asked for by a child's other household, what the caller's own pages show of it. Citizens.
    """
