"""Enrolment: errors."""

from contracts.errors import Conflict, Invalid


class AlreadyEnrolled(Conflict):
    """This child has, or has asked for, this activity this year."""

    code = "already_enrolled"


class PlaceDoesNotFit(Invalid):
    """The activity is not offered there, or the child does not go to that school."""

    code = "place_does_not_fit"


class ActivityChanged(Conflict):
    """Another agent has changed the activity meanwhile, or made one of that code."""

    code = "activity_changed"


class PlaceChanged(Conflict):
    """Another agent has changed the place meanwhile, or made one of that code."""

    code = "place_changed"


class OfferingChanged(Conflict):
    """Another agent has changed how many places there are here, or offered the activity."""

    code = "offering_changed"


class NotEligible(Invalid):
    """The activity is not for this child. `why`: the rule, in French: « réservé aux enfants de 3 à 5 ans »."""

    code = "not_eligible"


class EnrolmentClosed(Conflict):
    """Not the time to enrol. `why`: from when until when it is, in French."""

    code = "enrolment_closed"


class NoPlaceLeft(Conflict):
    """The activity is full there this year: no line to wait in, or it is in the line already."""

    code = "no_place_left"


class WrongState(Conflict):
    """The enrolment is not in a state that allows this. `state`: the one it is in."""

    code = "enrolment_wrong_state"


class StillBooked(Conflict):
    """Days to come are booked: they must be cancelled first. `days`: how many."""

    code = "enrolment_still_booked"


class SheetChanged(Conflict):
    """Somebody else saved the sheet meanwhile. `by`: who."""

    code = "sheet_changed"


class TapsArrived(Conflict):
    """Tablets have sent meanwhile what the sheet would contradict. `children`: of how many."""

    code = "taps_arrived"


class SessionClosed(Conflict):
    """The session does not run that day. `why`: as parents read it."""

    code = "session_closed"


class TooEarly(Invalid):
    """A sheet cannot be settled before its day."""

    code = "sheet_too_early"


class CannotReport(Conflict):
    """One of the days cannot be reported absent. `why`: unknown, cancel_instead, too_late, present, reported.

    `day`: which.
    """

    code = "absence_cannot_report"


class AbsenceDecidedAlready(Conflict):
    """The absence is not in a state that allows this. `state`: the one it is in."""

    code = "absence_decided_already"


class AbsenceChanged(Conflict):
    """Somebody else, or the parent, changed the report meanwhile."""

    code = "absence_changed"


class CannotContest(Conflict):
    """This line cannot be contested. `why`: open, answered, too_late, claim."""

    code = "line_cannot_contest"


class ObjectionChanged(Conflict):
    """Somebody else answered meanwhile. `by`: who."""

    code = "objection_changed"
