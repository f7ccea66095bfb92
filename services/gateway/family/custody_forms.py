"""The forms in which a parent states a custody calendar: one for each shape of the school weeks.

The questions on the weeks come first, then those that all shapes share; each form reads its answers into a draft.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from wtforms import HiddenField as WtHiddenField
from wtforms.validators import ValidationError

from contracts.accounts.custody import (
    AlternateWeeks,
    AlternationRule,
    AlwaysWith,
    Basis,
    ChosenDays,
    CustodyDraft,
    CustodyTerms,
    EvenWeeks,
    EveryOtherWeek,
    HolidayRule,
    NamedPeriod,
    Opinion,
    SchoolWeeks,
    Side,
    SummerRule,
)
from gateway import french
from gateway.family import custody_words
from gateway.family.custody_words import BASES
from gateway.forms import (
    CheckboxesField,
    CheckedForm,
    CommandForm,
    DateField,
    RadiosField,
    SelectField,
    TextareaField,
    at_most,
    required,
)

SIDES = [(Side.FIRST.value, "Chez moi"), (Side.SECOND.value, "Dans l’autre foyer")]
DAY_RULE = "Un jour appartient au foyer qui amène l’enfant à l’école le matin."
CHANGEOVERS = [
    (f"{weekday}-{moment}", custody_words.changeover(weekday, moment == "soir").capitalize())
    for weekday in (5, 1, 2, 3, 4, 6, 7)
    for moment in (("soir", "matin") if weekday == 5 else ("matin", "soir"))
]


class _EvenWeeks(CheckedForm):
    parity = RadiosField(
        "Quelles semaines l’enfant est-il chez vous ?",
        [required("Choisissez les semaines paires ou impaires.")],
        hint="Le numéro de semaine du calendrier. Après une année de 53 semaines, comme 2026, deux semaines impaires "
        "se suivent chez le même parent.",
        choices=[(Side.FIRST.value, "Les semaines paires"), (Side.SECOND.value, "Les semaines impaires")],
    )


class _EveryOtherWeek(CheckedForm):
    week = RadiosField("Semaine de référence", [required("Dites où est l’enfant cette semaine-là.")])


class _ChosenDays(CheckedForm):
    days = CheckboxesField(
        "Quels jours d’école l’enfant est-il chez vous ?",
        hint="Cochez les jours où vous l’amenez à l’école. Les autres sont à l’autre foyer.",
        choices=[(str(n), name.capitalize()) for n, name in enumerate(french.DAYS[:5])],
    )
    weekends = RadiosField("Et les week-ends ?", [required("Dites où l’enfant passe les week-ends.")])


class _Always(CheckedForm):
    side = RadiosField(
        "Où l’enfant passe-t-il les semaines d’école ?", [required("Choisissez un foyer.")], choices=SIDES
    )


class _Changeover(CheckedForm):
    changeover = SelectField(
        "Quand l’enfant change-t-il de foyer ?",
        [required("Choisissez quand l’enfant change de foyer.")],
        hint=DAY_RULE,
        choices=CHANGEOVERS,
        default="5-soir",
    )

    def _alternate(self, weeks: AlternationRule) -> AlternateWeeks:
        weekday, _, moment = str(self.changeover.data).partition("-")
        return AlternateWeeks(weeks=weeks, changeover=int(weekday), after_school=moment == "soir")


class _Holidays(CheckedForm):
    holidays = RadiosField(
        "Les petites vacances",
        [required("Choisissez comment les petites vacances se partagent.")],
        hint="Toussaint, Noël, hiver, printemps. Un pont n’est pas des vacances.",
        choices=[
            ("as_weeks", "Comme les semaines d’école"),
            ("halves-first", "Par moitié, la première chez moi les années paires"),
            ("halves-second", "Par moitié, la première dans l’autre foyer les années paires"),
            ("whole-first", "En entier à tour de rôle, la Toussaint chez moi les années paires"),
            ("whole-second", "En entier à tour de rôle, la Toussaint dans l’autre foyer les années paires"),
        ],
    )
    summer = RadiosField(
        "Les vacances d’été",
        [required("Choisissez comment l’été se partage.")],
        choices=[
            ("as_weeks", "Comme les semaines d’école"),
            ("halves-first", "Par moitié, la première chez moi les années paires"),
            ("halves-second", "Par moitié, la première dans l’autre foyer les années paires"),
            ("fortnights-first", "Par quinzaines, la première chez moi les années paires"),
            ("fortnights-second", "Par quinzaines, la première dans l’autre foyer les années paires"),
        ],
    )
    kept_periods = CheckboxesField("Périodes particulières à garder")


class _From(CheckedForm):
    """What every statement says."""

    valid_from = DateField(
        "À partir de quel jour ?",
        [required("Indiquez à partir de quel jour.")],
        hint="Un jour de cette année scolaire, ou à venir.",
    )
    basis = RadiosField(
        "D’où vient ce calendrier ?",
        [required("Choisissez d’où vient ce calendrier.")],
        hint="Vous pourrez joindre le jugement ou l’accord signé. C’est lui que l’agent regarde pour décider.",
        choices=[(basis.value, words) for basis, words in BASES.items()],
    )
    awaiting = WtHiddenField()


class StatementForm(_From):
    """A statement. `offer` comes before validation, `read` gives the draft after it."""

    present: CustodyTerms | None = None

    def offer(self, today: date, present: CustodyTerms | None) -> None:
        """The choices that depend on the day (`today`) or on the calendar that holds (`present`)."""
        self.present = present
        if not self.is_submitted():
            self.valid_from.data = today

    def weeks(self) -> SchoolWeeks | None:
        """The school weeks; None where there is no calendar any more."""
        return None

    def read(self) -> CustodyDraft:
        """The draft."""
        return CustodyDraft(terms=None, valid_from=self.valid_from.data, basis=Basis(str(self.basis.data)))


class TermsForm(StatementForm, _Holidays):
    """A statement with terms."""

    def offer(self, today: date, present: CustodyTerms | None) -> None:
        super().offer(today, present)
        self.kept_periods.choices = [
            (str(n), custody_words.period_days(each.first, each.last).capitalize())
            for n, each in enumerate(present.periods if present else ())
            if each.last >= today
        ]
        if not self.is_submitted():
            self.kept_periods.data = [choice[0] for choice in self.kept_periods.choices]
            if present is not None:
                self.holidays.data = _joined(present.holidays, present.even_years)
                self.summer.data = _joined(present.summer, present.summer_even_years)

    def read(self) -> CustodyDraft:
        weeks = self.weeks()
        if weeks is None:
            raise TypeError("a form with terms says what the school weeks are")
        holidays, even_years = _split(self.holidays.data)
        summer, summer_even_years = _split(self.summer.data)
        periods = self.present.periods if self.present else ()
        terms = CustodyTerms(
            weeks=weeks,
            holidays=HolidayRule(holidays),
            even_years=even_years,
            summer=SummerRule(summer),
            summer_even_years=summer_even_years,
            periods=tuple(periods[int(n)] for n in self.kept_periods.data or []),
        )
        return super().read().model_copy(update={"terms": terms})


class EvenWeeksForm(_EvenWeeks, _Changeover, TermsForm):
    """Even and odd weeks."""

    def weeks(self) -> SchoolWeeks:
        return self._alternate(EvenWeeks(side=Side(str(self.parity.data))))


class EveryOtherWeekForm(_EveryOtherWeek, _Changeover, TermsForm):
    """One week in two from a week that the form names: nobody types a date."""

    def offer(self, today: date, present: CustodyTerms | None) -> None:
        super().offer(today, present)
        monday = next_monday(today)
        self.week.label.text = f"Où est l’enfant la semaine du {french.long_day(monday)} ?"
        self.week.choices = [(f"{side}:{monday.isoformat()}", words) for side, words in SIDES]

    def weeks(self) -> SchoolWeeks:
        return self._alternate(_from_choice(self.week.data))


class ChosenDaysForm(_ChosenDays, TermsForm):
    """Days of the week, and the week-ends."""

    def offer(self, today: date, present: CustodyTerms | None) -> None:
        super().offer(today, present)
        saturday = next_monday(today) + timedelta(days=5)
        named = french.day(saturday)
        self.weekends.choices = [
            (f"first:{saturday.isoformat()}", f"Un sur deux, celui du {named} chez moi"),
            (f"second:{saturday.isoformat()}", f"Un sur deux, celui du {named} dans l’autre foyer"),
            ("even-first", "Ceux des semaines paires chez moi"),
            ("even-second", "Ceux des semaines impaires chez moi"),
            ("first", "Toujours chez moi"),
            ("second", "Toujours dans l’autre foyer"),
        ]

    def weeks(self) -> SchoolWeeks:
        mine = set(self.days.data or [])
        sides = [Side.FIRST if str(n) in mine else Side.SECOND for n in range(5)]
        chosen = str(self.weekends.data)
        weekends: Side | AlternationRule
        if ":" in chosen:
            weekends = _from_choice(chosen)
        elif chosen.startswith("even-"):
            weekends = EvenWeeks(side=Side(chosen.removeprefix("even-")))
        else:
            weekends = Side(chosen)
        monday, tuesday, wednesday, thursday, friday = sides
        return ChosenDays(days=(monday, tuesday, wednesday, thursday, friday), weekends=weekends)


class AlwaysForm(_Always, TermsForm):
    """Always in one home."""

    def weeks(self) -> SchoolWeeks:
        return AlwaysWith(side=Side(str(self.side.data)))


class EndForm(StatementForm):
    """No calendar holds any more."""


class PeriodForm(CheckedForm):
    """One more named period in the calendar that holds."""

    first = DateField("Premier jour", [required("Indiquez le premier jour de la période.")])
    last = DateField("Dernier jour", [required("Indiquez le dernier jour de la période.")])
    side = RadiosField("Où est l’enfant ces jours-là ?", [required("Choisissez un foyer.")], choices=SIDES)
    basis = RadiosField(
        "D’où vient ce changement ?",
        [required("Choisissez d’où vient ce changement.")],
        choices=[(basis.value, words) for basis, words in BASES.items()],
    )
    awaiting = WtHiddenField()

    def validate_last(self, field: DateField) -> None:
        """Not before the first day."""
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError("Le dernier jour précède le premier.")

    def read(self, present: CustodyTerms, valid_from: date) -> CustodyDraft:
        """The draft: what holds, and the period."""
        period = NamedPeriod(first=self.first.data, last=self.last.data, side=Side(str(self.side.data)))
        periods = (*_without(present.periods, period), period)
        terms = CustodyTerms.model_validate(present.model_copy(update={"periods": periods}).model_dump())
        return CustodyDraft(terms=terms, valid_from=valid_from, basis=Basis(str(self.basis.data)))


class OpinionForm(CommandForm):
    """What a home answers to the other one's calendar."""

    opinion = RadiosField(
        "Êtes-vous d’accord avec ce calendrier ?",
        [required("Dites si vous êtes d’accord.")],
        choices=[(Opinion.AGREES.value, "Oui, je suis d’accord"), (Opinion.OBJECTS.value, "Non")],
    )
    text = TextareaField(
        "Votre message à l’agent",
        [at_most(1000)],
        hint="Si vous n’êtes pas d’accord, dites pourquoi. L’agent le lira, l’autre foyer non.",
        rows=4,
    )


FORMS: dict[str, tuple[str, str, type[StatementForm]]] = {
    "alternance": (
        "Une semaine sur deux",
        "Une semaine dans chaque foyer, sans interruption au changement d’année.",
        EveryOtherWeekForm,
    ),
    "paires": (
        "Semaines paires et impaires",
        "Comme l’écrivent beaucoup de jugements, d’après le numéro des semaines.",
        EvenWeeksForm,
    ),
    "jours": (
        "Des jours choisis",
        "Certains jours d’école dans un foyer, les autres dans l’autre, et les week-ends.",
        ChosenDaysForm,
    ),
    "toujours": (
        "Toujours dans le même foyer",
        "Les semaines d’école dans un seul foyer ; les vacances peuvent se partager.",
        AlwaysForm,
    ),
    "fin": (
        "Plus de calendrier de garde",
        "L’enfant ne partage plus son temps, ou le calendrier n’a plus cours.",
        EndForm,
    ),
}
"""Word of the address → (title, one sentence, form)."""


def next_monday(today: date) -> date:
    """The Monday after today."""
    return today + timedelta(days=8 - today.isoweekday())


def _without(periods: Sequence[NamedPeriod], period: NamedPeriod) -> list[NamedPeriod]:
    """The periods that share no day with a new one, which takes their place."""
    return [each for each in periods if each.last < period.first or each.first > period.last]


def _from_choice(choice: str | None) -> EveryOtherWeek:
    side, _, reference = str(choice).partition(":")
    return EveryOtherWeek(side=Side(side), reference=date.fromisoformat(reference))


def _joined(rule: HolidayRule | SummerRule, side: Side) -> str:
    return rule.value if rule.value == "as_weeks" else f"{rule.value}-{side.value}"


def _split(answer: str | None) -> tuple[str, Side]:
    rule, _, side = str(answer).partition("-")
    return rule, Side(side) if side else Side.FIRST
