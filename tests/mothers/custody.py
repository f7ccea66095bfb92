"""Made-up custody agreements, and the holidays of zone A."""

from datetime import date
from typing import Any

from accounts.shared_custody.custody import Holiday
from contracts.accounts.custody import (
    AlternateWeeks,
    ChosenDays,
    CustodyTerms,
    EveryOtherWeek,
    HolidayRule,
    Side,
    SummerRule,
)
from contracts.events.offer import SchoolHolidays, SchoolYearUpdated

FIRST, SECOND = Side.FIRST, Side.SECOND
HOLIDAYS = (
    Holiday("Vacances de la Toussaint", date(2026, 10, 17), date(2026, 11, 1)),
    Holiday("Vacances de Noël", date(2026, 12, 19), date(2027, 1, 3)),
    Holiday("Vacances d’hiver", date(2027, 2, 13), date(2027, 2, 28)),
    Holiday("Vacances de printemps", date(2027, 4, 10), date(2027, 4, 25)),
    Holiday("Pont de l’Ascension", date(2027, 5, 6), date(2027, 5, 8)),
    Holiday("Vacances d’été", date(2027, 7, 3), date(2027, 8, 31), summer=True),
)
AUTUMN, CHRISTMAS, WINTER, SPRING, BRIDGE, SUMMER = HOLIDAYS


def every_other_week(**differing: Any) -> CustodyTerms:
    """From Friday after school, the week of 7 September with the first; holidays in halves, summer in fortnights."""
    terms: dict[str, Any] = {
        "weeks": AlternateWeeks(weeks=EveryOtherWeek(side=FIRST, reference=date(2026, 9, 7))),
        "holidays": HolidayRule.HALVES,
        "even_years": FIRST,
        "summer": SummerRule.FORTNIGHTS,
        "summer_even_years": FIRST,
    }
    return CustodyTerms(**(terms | differing))


def chosen_days(**differing: Any) -> CustodyTerms:
    """Monday and Tuesday with the first, Wednesday to Friday with the second, week-ends in turn."""
    terms: dict[str, Any] = {
        "weeks": ChosenDays(
            days=(FIRST, FIRST, SECOND, SECOND, SECOND),
            weekends=EveryOtherWeek(side=FIRST, reference=date(2026, 9, 12)),
        ),
    }
    return CustodyTerms(**(terms | differing))


def school_years() -> list[SchoolYearUpdated]:
    """2026-2027, and 2027-2028, as enrolment tells them."""
    this = SchoolYearUpdated(
        label="2026-2027",
        first=date(2026, 9, 1),
        last=date(2027, 8, 31),
        holidays=[_told(each) for each in HOLIDAYS],
        public_holidays=[],
    )
    summer = Holiday("Vacances d’été", date(2028, 7, 4), date(2028, 8, 31), summer=True)
    following = SchoolYearUpdated(
        label="2027-2028",
        first=date(2027, 9, 1),
        last=date(2028, 8, 31),
        holidays=[_told(Holiday("Vacances de Noël", date(2027, 12, 18), date(2028, 1, 2))), _told(summer)],
        public_holidays=[],
    )
    return [this, following]


def _told(holiday: Holiday) -> SchoolHolidays:
    return SchoolHolidays(
        holiday_name=holiday.name, first=holiday.first, last=holiday.last, summer=holiday.summer
    )
