"""Ready-made tariffs, callers and facts for billing; views for its pages."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from contracts.billing.counter import CounterView, DepositView, Means, TillView
from contracts.billing.drafts import TariffDraftView, TariffSimulation, TownEffect
from contracts.billing.funds import FundList, FundScopes, FundView
from contracts.billing.invoices import (
    DueView,
    InvoiceKind,
    InvoiceLine,
    InvoiceList,
    InvoiceState,
    InvoiceSummary,
    InvoiceView,
)
from contracts.billing.payments import PaymentState, PaymentView, ReceiptView
from contracts.billing.refunds import (
    DisputeState,
    DisputeView,
    PaymentFile,
    RefundState,
    RefundView,
    RefundWay,
)
from contracts.billing.runs import (
    AnomalyKind,
    DeskView,
    DifferenceView,
    LeftOutReason,
    NotificationPage,
    PaymentPage,
    RunState,
    RunSummary,
    RunView,
)
from contracts.billing.tariffs import (
    Band,
    BandsRule,
    EffortRule,
    FixedRule,
    PublishTariff,
    Surcharge,
    TariffList,
)
from contracts.caller import Caller, Kind, Role
from contracts.events.accounts import ChildUpdated, FamilyUpdated, GuardianFact, QuotientFact
from contracts.events.attendance import AttendanceLine, AttendanceSettled, Mark
from contracts.events.bookings import BookingMade
from contracts.events.offer import ActivityUpdated, PlaceUpdated

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)
SCHOOL = "0261234A"

CANTEEN_RULE = BandsRule(
    bands=(
        Band(name="A", up_to=350, cents=100),
        Band(name="B", up_to=600, cents=210),
        Band(name="C", up_to=900, cents=320),
        Band(name="D", cents=480),
    ),
    surcharge=Surcharge(percent=50),
)


def a_parent(account_id: UUID | None = None, name: str = "Nadia Ferrand") -> Caller:
    return Caller(kind=Kind.CITIZEN, account_id=account_id or uuid4(), name=name)


def a_clerk(*roles: Role) -> Caller:
    return Caller(
        kind=Kind.AGENT,
        account_id=UUID(int=7),
        name="Régine Sabatier",
        roles=frozenset(roles or {Role.BILLING}),
    )


def a_tariff(
    activity_code: str = "cantine", rule: BandsRule | EffortRule | FixedRule = CANTEEN_RULE, **fields: object
) -> PublishTariff:
    given = {"valid_from": date(2026, 9, 1)} | fields
    return PublishTariff(command_id=uuid4(), activity_code=activity_code, rule=rule, **given)  # type: ignore[arg-type]


def a_canteen() -> ActivityUpdated:
    return ActivityUpdated(
        activity_code="cantine", activity_name="Restauration scolaire", unit="repas", child_care=False
    )


def a_wednesday() -> ActivityUpdated:
    return ActivityUpdated(
        activity_code="mercredi", activity_name="Activités du mercredi", unit="journée", child_care=True
    )


def a_school() -> PlaceUpdated:
    return PlaceUpdated(place_code=SCHOOL, place_name="École Jules-Verne")


def a_family(
    family_id: UUID,
    *accounts: UUID | None,
    quotient: int | None = 620,
    label: str = "Ferrand",
    resident: bool = True,
) -> FamilyUpdated:
    return FamilyUpdated(
        family_id=family_id,
        number=f"F{family_id.int % 100000:05d}",
        label=label,
        street="4 rue des Tanneurs",
        postcode="26100",
        city="Romans-sur-Isère",
        resident=resident,
        guardians=[
            GuardianFact(
                guardian_id=uuid4(), account_id=account, title="Mme", first_name="Nadia", last_name=label
            )
            for account in accounts
        ],
        child_ids=[],
        quotients=[] if quotient is None else [QuotientFact(month=date(2026, 9, 1), euros=quotient)],
    )


def a_child(
    child_id: UUID, first_name: str = "Léa", born: date = date(2019, 5, 4), *families: UUID
) -> ChildUpdated:
    return ChildUpdated(
        child_id=child_id,
        first_name=first_name,
        last_name="Ferrand",
        birth_date=born,
        place_code=SCHOOL,
        family_ids=list(families),
    )


def a_booking(
    session_id: UUID, child_id: UUID, family_id: UUID, day: date, activity: str = "cantine"
) -> BookingMade:
    return BookingMade(
        booking_id=uuid4(),
        session_id=session_id,
        child_id=child_id,
        family_id=family_id,
        activity_code=activity,
        place_code=SCHOOL,
        day=day,
    )


def a_sheet(
    session_id: UUID, day: date, *lines: tuple[UUID, UUID, Mark], activity: str = "cantine"
) -> AttendanceSettled:
    return AttendanceSettled(
        session_id=session_id,
        activity_code=activity,
        place_code=SCHOOL,
        day=day,
        lines=[AttendanceLine(child_id=child, family_id=family, mark=mark) for child, family, mark in lines],
    )


def a_summary(**fields: object) -> InvoiceSummary:
    given: dict[str, object] = {
        "invoice_id": UUID(int=11),
        "number": "ENF-2026-000123",
        "kind": InvoiceKind.INVOICE,
        "state": InvoiceState.TO_PAY,
        "family_id": UUID(int=5),
        "family_label": "Ferrand",
        "month": OCTOBER,
        "total_cents": 6240,
        "left_cents": 6240,
        "published_on": date(2026, 11, 2),
        "due_on": date(2026, 11, 23),
        "pay_online_until": date(2026, 12, 7),
        "payable_online": True,
        "overdue": False,
    }
    return InvoiceSummary.model_validate(given | fields)


def a_line(**fields: object) -> InvoiceLine:
    given: dict[str, object] = {
        "child_id": UUID(int=21),
        "child_name": "Léa Ferrand",
        "activity_code": "cantine",
        "activity_name": "Restauration scolaire",
        "month": OCTOBER,
        "mark": "present",
        "quantity": 12,
        "unit": "repas",
        "unit_cents": 320,
        "amount_cents": 3840,
        "reason": "tranche C (QF\u00a0620, septembre)",
        "correction": False,
        "days": [date(2026, 10, day) for day in (1, 2, 5, 6, 8, 9, 12, 13, 15, 16, 19, 20)],
    }
    return InvoiceLine.model_validate(given | fields)


def an_invoice(**fields: object) -> InvoiceView:
    given: dict[str, object] = {
        "summary": a_summary(),
        "fund_name": "Régie Enfance et Restauration scolaire",
        "family_number": "F01234",
        "addressee": ["Mme Nadia Ferrand", "4 rue des Tanneurs", "26100 Romans-sur-Isère"],
        "lines": [
            a_line(),
            a_line(
                activity_code="mercredi",
                activity_name="Activités du mercredi",
                unit="journée",
                quantity=2,
                unit_cents=1200,
                amount_cents=2400,
                days=[date(2026, 10, 7), date(2026, 10, 14)],
            ),
        ],
        "payments": [],
        "carried_months": [],
        "balance_cents": 6240,
    }
    return InvoiceView.model_validate(given | fields)


def an_invoice_list(*invoices: InvoiceSummary, **fields: object) -> InvoiceList:
    given: dict[str, object] = {
        "invoices": list(invoices),
        "carried": [],
        "balance_cents": sum(invoice.left_cents for invoice in invoices),
        "family_known": True,
    }
    return InvoiceList.model_validate(given | fields)


def something_due(*invoices: InvoiceSummary) -> DueView:
    return DueView(invoices=list(invoices), in_progress=0)


def a_payment(**fields: object) -> PaymentView:
    given: dict[str, object] = {
        "payment_id": UUID(int=31),
        "invoice_id": UUID(int=11),
        "invoice_number": "ENF-2026-000123",
        "state": PaymentState.PAID,
        "pending": False,
        "amount_cents": 6240,
        "receipt_number": "ENF-Q-2026-000045",
        "paid_at": datetime(2026, 11, 10, 18, 42, tzinfo=UTC),
    }
    return PaymentView.model_validate(given | fields)


def some_funds(part_from_cents: int | None = None) -> FundList:
    fund = FundView(
        code="ENF", name="Régie Enfance et Restauration scolaire", part_from_cents=part_from_cents
    )
    return FundList(funds=[fund])


def a_receipt(**fields: object) -> ReceiptView:
    given: dict[str, object] = {
        "payment_id": UUID(int=31),
        "receipt_number": "ENF-Q-2026-000045",
        "invoice_id": UUID(int=11),
        "invoice_number": "ENF-2026-000123",
        "month": OCTOBER,
        "fund_name": "Régie Enfance et Restauration scolaire",
        "family_number": "F01234",
        "addressee": ["Mme Nadia Ferrand", "4 rue des Tanneurs", "26100 Romans-sur-Isère"],
        "paid_by": "Nadia Ferrand",
        "amount_cents": 6240,
        "left_cents": 0,
        "paid_at": datetime(2026, 11, 10, 18, 42, tzinfo=UTC),
        "method": "card",
        "provider_reference": "pi_3P0000000000000000000000",
    }
    return ReceiptView.model_validate(given | fields)


def a_payment_file(**fields: object) -> PaymentFile:
    given: dict[str, object] = {
        "payment": a_payment(
            parts=[{"invoice_id": UUID(int=11), "number": "ENF-2026-000123", "month": OCTOBER, "cents": 6240}]
        ),
        "family_id": UUID(int=5),
        "family_label": "Ferrand",
        "paid_by": "Nadia Ferrand",
        "method": "card",
        "created_at": NOW,
        "provider_reference": "pi_3P0000000000000000000000",
        "reason": "",
        "refunds": [],
        "disputes": [],
        "refundable_cents": 6240,
        "way": RefundWay.PROVIDER,
        "credit_cents": 0,
    }
    return PaymentFile.model_validate(given | fields)


def a_refund(**fields: object) -> RefundView:
    given: dict[str, object] = {
        "refund_id": UUID(int=71),
        "amount_cents": 1250,
        "state": RefundState.DONE,
        "way": RefundWay.PROVIDER,
        "reason": "Séance annulée par la ville",
        "asked_by_name": "Régine Sabatier",
        "asked_at": NOW,
    }
    return RefundView.model_validate(given | fields)


def a_dispute(**fields: object) -> DisputeView:
    given: dict[str, object] = {
        "reference": "du_1",
        "state": DisputeState.OPEN,
        "amount_cents": 6240,
        "reason": "fraudulent",
        "opened_at": NOW,
        "respond_by": datetime(2026, 11, 12, 23, 59, tzinfo=UTC),
    }
    return DisputeView.model_validate(given | fields)


def a_counter(**fields: object) -> CounterView:
    given: dict[str, object] = {
        "family_id": UUID(int=5),
        "family_label": "Ferrand",
        "family_number": "F01234",
        "guardians": ["Mme Nadia Ferrand", "M. Karim Ferrand"],
        "owed": [{"summary": a_summary(), "care_cents": 2400}],
    }
    return CounterView.model_validate(given | fields)


def a_deposit(**fields: object) -> DepositView:
    summary: dict[str, object] = {
        "deposit_id": UUID(int=81),
        "number": "ENF-B-2026-000007",
        "fund": "ENF",
        "fund_name": "Régie Enfance et Restauration scolaire",
        "means": Means.CHEQUE,
        "payments": 1,
        "cents": 6240,
        "made_at": NOW,
        "made_by_name": "Régine Sabatier",
    }
    line = {
        "payment_id": UUID(int=31),
        "receipt_number": "ENF-Q-2026-000045",
        "taken_on": date(2026, 11, 2),
        "paid_by": "Mme Nadia Ferrand",
        "reference": "Banque Postale 0012345",
        "cents": 6240,
    }
    return DepositView.model_validate({"summary": summary | fields, "lines": [line]})


def a_till() -> TillView:
    waiting = {"fund": "ENF", "fund_name": "Régie Enfance et Restauration scolaire"}
    return TillView.model_validate(
        {
            "holds": [
                waiting | {"means": Means.CASH, "payments": 3, "cents": 9150},
                waiting | {"means": Means.CHEQUE, "payments": 1, "cents": 6240},
            ],
            "deposits": [a_deposit().summary],
        }
    )


def a_run_summary(**fields: object) -> RunSummary:
    given: dict[str, object] = {
        "run_id": UUID(int=41),
        "month": OCTOBER,
        "state": RunState.DRAFT,
        "drafted_at": NOW,
        "invoices": 38,
        "credit_notes": 1,
        "carried": 3,
        "total_cents": 214_560,
        "carried_cents": 2_880,
        "left_out": 14,
    }
    return RunSummary.model_validate(given | fields)


def a_run(**fields: object) -> RunView:
    summary = fields.pop("summary", None) or a_run_summary()
    odd = {"family_id": UUID(int=5), "family_label": "Ferrand", "family_number": "F01234", "cents": 6240}
    given: dict[str, object] = {
        "summary": summary,
        "outdated": True,
        "activities": [
            {"activity_name": "Activités du mercredi", "quantity": 62, "cents": 74_400},
            {"activity_name": "Restauration scolaire", "quantity": 412, "cents": 140_160},
        ],
        "left_out": [
            {
                "reason": LeftOutReason.NOT_CHECKED,
                "activity_name": "Restauration scolaire",
                "place_name": "École Jules-Verne",
                "day": date(2026, 10, 16),
                "slot": "",
                "children": 14,
            }
        ],
        "left_out_sessions": 1,
        "anomalies": [
            odd | {"kind": AnomalyKind.QUOTIENT_UNKNOWN},
            odd | {"kind": AnomalyKind.JUMP, "before_cents": 1920},
        ],
        "anomalies_total": 2,
        "invoices": [
            {
                "family_id": UUID(int=5),
                "family_label": "Ferrand",
                "family_number": "F01234",
                "children": 2,
                "cents": 6240,
                "carried": False,
            },
            {
                "family_id": UUID(int=6),
                "family_label": "Masson",
                "family_number": "F01235",
                "children": 1,
                "cents": 960,
                "carried": True,
            },
        ],
        "invoices_total": 2,
        "page": 1,
        "due_on": date(2026, 11, 23),
        "pay_online_until": date(2026, 12, 7),
    }
    return RunView.model_validate(given | fields)


def some_scopes(**fields: object) -> FundScopes:
    """The canteen's fund bills all but the holidays, which have their own from January on."""
    common = {"place_code": "", "place_name": "", "over": False, "coming": False, "set_by_name": ""}
    enf = {"fund": "ENF", "fund_name": "Régie Enfance et Restauration scolaire", "since": date(2000, 1, 1)}
    vac = {"fund": "VAC", "fund_name": "Régie Pass’Vacances", "since": date(2027, 1, 1)}
    given: dict[str, object] = {
        "funds": [
            FundView(code="ENF", name="Régie Enfance et Restauration scolaire", paid_through="stripe"),
            FundView(code="VAC", name="Régie Pass’Vacances", paid_through="payfip"),
        ],
        "scopes": [
            common | enf | {"activity_code": "", "activity_name": ""},
            common
            | vac
            | {"activity_code": "pass-vacances", "activity_name": "Pass’Vacances"}
            | {"coming": True, "set_by_name": "Régine Sabatier"},
        ],
        "activities": {"cantine": "Restauration scolaire", "pass-vacances": "Pass’Vacances"},
        "places": {SCHOOL: "École Jules-Verne"},
        "free_from": date(2026, 11, 1),
    }
    return FundScopes.model_validate(given | fields)


def a_desk(**fields: object) -> DeskView:
    given: dict[str, object] = {
        "runs": [a_run_summary()],
        "months": [{"month": OCTOBER, "settled_sessions": 64, "unsettled_sessions": 2}],
        "open_differences": 1,
        "parked_notifications": 0,
        "owed_cents": 214_560,
        "received_cents": 98_400,
    }
    return DeskView.model_validate(given | fields)


def a_difference(**fields: object) -> DifferenceView:
    given: dict[str, object] = {
        "difference_id": UUID(int=51),
        "kind": "amount",
        "payment_id": UUID(int=31),
        "invoice_number": "ENF-2026-000123",
        "expected_cents": 6240,
        "seen_cents": 6200,
        "seen_currency": "eur",
        "detail": "",
        "found_at": NOW,
    }
    return DifferenceView.model_validate(given | fields)


def a_payment_page(**fields: object) -> PaymentPage:
    row = {
        "payment": a_payment(),
        "family_label": "Ferrand",
        "provider_reference": "pi_3P0000000000000000000000",
        "created_at": NOW,
        "reason": "",
    }
    return PaymentPage.model_validate(
        {"payments": [row], "total": 1, "page": 1, "differences": [a_difference()]} | fields
    )


def a_notification_page(**fields: object) -> NotificationPage:
    row = {
        "event_id": "evt_1",
        "kind": "checkout.session.completed",
        "state": "parked",
        "attempts": 10,
        "received_at": NOW,
        "problem": "ProviderAway",
        "payment_id": None,
    }
    return NotificationPage.model_validate({"notifications": [row], "parked": 1} | fields)


def a_draft(**fields: object) -> TariffDraftView:
    given: dict[str, object] = {
        "draft_id": UUID(int=71),
        "activity_code": "cantine",
        "activity_name": "Restauration scolaire",
        "unit": "repas",
        "place_code": SCHOOL,
        "place_name": "École Jules-Verne",
        "rule": CANTEEN_RULE,
        "version": 3,
        "changed_at": NOW,
        "changed_by": "Régine Sabatier",
        "in_force": a_tariff_list().tariffs[0],
        "samples": [
            {"quotient": 350, "before_cents": 100, "after_cents": 110},
            {"quotient": 900, "before_cents": 320, "after_cents": 320},
            {"quotient": None, "before_cents": None, "after_cents": 480},
        ],
    }
    return TariffDraftView.model_validate(given | fields)


def a_simulation(**fields: object) -> TariffSimulation:
    line = {
        "child_name": "Léa Ferrand", "activity_name": "Restauration scolaire", "unit": "repas", "quantity": 12,
        "planned": False, "before_cents": 320, "before_reason": "tranche C (QF 620, septembre)",
        "after_cents": 330, "after_reason": "tranche C (QF 620, septembre), 2e enfant −10 %", "changed": True,
    }  # fmt: skip
    wednesday = {"activity_name": "Activités du mercredi", "quantity": 2, "planned": True, "changed": False,
                 "before_cents": 1200, "after_cents": 1200, "before_reason": "tarif unique"}  # fmt: skip
    given: dict[str, object] = {
        "activity_name": "Restauration scolaire",
        "place_name": "",
        "found": [],
        "family": {"number": "F01234", "label": "Ferrand"},
        "month": OCTOBER,
        "lines": [line, line | wednesday],
        "before_cents": 6240,
        "after_cents": 6360,
    }
    return TariffSimulation.model_validate(given | fields)


def a_town_effect(**fields: object) -> TownEffect:
    given: dict[str, object] = {
        "activity_name": "Restauration scolaire",
        "place_name": "",
        "month": OCTOBER,
        "families_more": 812,
        "families_less": 40,
        "families_same": 148,
        "more_cents": 1234_50,
        "less_cents": 60_00,
        "most_more_cents": 12_40,
        "most_less_cents": 5_20,
        "before_cents": 48_000_00,
        "after_cents": 49_174_50,
    }
    return TownEffect.model_validate(given | fields)


def a_tariff_list() -> TariffList:
    shared = {
        "place_code": "", "valid_from": date(2026, 9, 1), "version": 1, "published_at": NOW, "standing": "in_force",
    }  # fmt: skip
    return TariffList.model_validate(
        {
            "drafts": [
                {
                    "draft_id": UUID(int=71),
                    "activity_code": "cantine",
                    "activity_name": "Restauration scolaire",
                    "place_code": SCHOOL,
                    "place_name": "École Jules-Verne",
                    "changed_at": NOW,
                    "changed_by": "Régine Sabatier",
                }
            ],
            "activities": [{"code": "cantine", "name": "Restauration scolaire"}],
            "places": [{"code": SCHOOL, "name": "École Jules-Verne"}],
            "tariffs": [
                shared
                | {
                    "tariff_id": UUID(int=61),
                    "activity_code": "cantine",
                    "activity_name": "Restauration scolaire",
                    "rule": CANTEEN_RULE,
                },
                shared
                | {
                    "tariff_id": UUID(int=63),
                    "activity_code": "cantine",
                    "activity_name": "Restauration scolaire",
                    "valid_from": date(2025, 9, 1),
                    "standing": "past",
                    "rule": EffortRule(rate_per_100000=525, least_cents=150, most_cents=600),
                },
                shared
                | {
                    "tariff_id": UUID(int=62),
                    "activity_code": "mercredi",
                    "activity_name": "Activités du mercredi",
                    "rule": FixedRule(cents=1200, non_resident_percent=25),
                },
            ],
        }
    )
