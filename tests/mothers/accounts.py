"""Ready-made questions and views of accounts."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from contracts.accounts.families import (
    AccountView,
    ChildView,
    FamilyView,
    HouseholdView,
    MemberView,
    QuotientView,
)
from contracts.accounts.identity import Register, SignIn
from contracts.caller import Caller, Kind, Role

FIXTURES = Path(__file__).parents[1] / "fixtures" / "onde"
SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "onde"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "trois bateaux sous la pluie"
SCHOOL = "0260001A"


def export(school: str) -> tuple[bytes, bytes]:
    """The two files of a made-up school: `jacquemart` (quoted, CRLF) or `ecosserie` (bare, LF)."""
    return (FIXTURES / f"{school}-eleves.csv").read_bytes(), (
        FIXTURES / f"{school}-responsables.csv"
    ).read_bytes()


def an_agent(*roles: Role) -> Caller:
    return Caller(
        kind=Kind.AGENT,
        account_id=UUID(int=1),
        name="Odile Garnier",
        roles=frozenset(roles or {Role.FAMILY_FILES}),
        address="192.0.2.1",
    )


def a_citizen(account_id: UUID | None = None, address: str = "198.51.100.7") -> Caller:
    return Caller(kind=Kind.CITIZEN, account_id=account_id or uuid4(), name="Mme Léa Martin", address=address)


def a_visitor(address: str = "198.51.100.7") -> Caller:
    return Caller(address=address)


def a_registration(**changes: object) -> Register:
    return Register.model_validate(
        {
            "command_id": uuid4(),
            "title": "Mme",
            "first_name": "Léa",
            "last_name": "Martin",
            "email": "lea.martin@exemple.fr",
            "password": PASSWORD,
            **changes,
        }
    )


def a_sign_in(**changes: object) -> SignIn:
    return SignIn.model_validate(
        {
            "command_id": uuid4(),
            "email": "lea.martin@exemple.fr",
            "password": PASSWORD,
            **changes,
        }
    )


def a_household(families: bool = True) -> HouseholdView:
    """An account, with a family of two parents and two children, or before its key."""
    return HouseholdView(
        account=AccountView(
            account_id=UUID(int=10),
            title="Mme",
            first_name="Léa",
            last_name="Martin",
            email="lea.martin@exemple.fr",
            created_at=NOW,
            last_sign_in=NOW,
        ),
        families=[a_family()] if families else [],
    )


def a_family(**changes: object) -> FamilyView:
    view = FamilyView(
        family_id=UUID(int=20),
        number="F001042",
        label="Martin",
        street="12 rue Jacquemart",
        postcode="26100",
        city="Romans-sur-Isère",
        guardians=[
            MemberView(
                guardian_id=UUID(int=30),
                title="Mme",
                first_name="Léa",
                last_name="Martin",
                email="lea.martin@exemple.fr",
                phone="06 39 98 12 34",
                is_me=True,
                has_account=True,
            ),
            MemberView(guardian_id=UUID(int=31), title="M.", first_name="Hugo", last_name="Martin"),
        ],
        children=[
            ChildView(
                child_id=UUID(int=40),
                first_name="Alizée",
                last_name="Martin",
                birth_date=date(2018, 5, 4),
                place_code=SCHOOL,
                place_name="École Jacquemart",
                class_name="CE2",
                level="CE2",
                elsewhere=True,
            ),
            ChildView(
                child_id=UUID(int=41),
                first_name="Noé",
                last_name="Martin",
                birth_date=date(2021, 2, 17),
                place_code=SCHOOL,
                place_name="École Jacquemart",
                class_name="MS",
                level="MS",
            ),
        ],
        quotient=QuotientView(month=date(2026, 10, 1), euros=812, source="attestation CAF"),
    )
    return view.model_copy(update=changes)
