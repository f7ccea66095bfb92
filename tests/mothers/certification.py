"""Ready-made households, consents and certifications."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from accounts.models import Account, Child, Family, FamilyChild, Guardian
from accounts.names import name_key
from contracts.accounts.certification import CertificationView, PointState, PointView, Section, SignatureView
from contracts.accounts.consents import OpenConsentKind
from contracts.caller import Caller, Kind
from tests.mothers.accounts import NOW, SCHOOL, a_family


@dataclass
class Home:
    """A household that was written."""

    family_id: UUID
    parents: dict[str, Caller] = field(default_factory=dict)
    guardians: dict[str, UUID] = field(default_factory=dict)
    children: dict[str, UUID] = field(default_factory=dict)


def settle(
    session: Session,
    parents: tuple[str, ...] = ("Léa", "Hugo"),
    children: tuple[str, ...] = ("Alizée",),
    *,
    surname: str = "Martin",
    number: str = "",
    shared: tuple[UUID, ...] = (),
    without_account: tuple[str, ...] = (),
) -> Home:
    """A household: adults with an account each, children at school; `shared`: children of another home too."""
    family = Family(
        number=number or f"T{uuid4().hex[:8]}", street="12 rue Jacquemart", postcode="26100",
        city="Romans-sur-Isère", address_key="", resident=True, version=1, created_at=NOW,
    )  # fmt: skip
    session.add(family)
    session.flush()
    home = Home(family.family_id)
    for first_name in parents:
        account_id = None
        if first_name not in without_account:
            account = Account(
                kind="citizen", email=f"{uuid4().hex[:8]}@exemple.fr", first_name=first_name,
                last_name=surname, phone="06 39 98 12 34", created_at=NOW,
            )  # fmt: skip
            session.add(account)
            session.flush()
            account_id = account.account_id
        guardian = Guardian(
            family_id=family.family_id, adult_id=uuid4(), account_id=account_id, title="",
            first_name=first_name, last_name=surname, usage_name="", name_key=name_key(surname, first_name),
            email="", phone="",
        )  # fmt: skip
        session.add(guardian)
        session.flush()
        home.guardians[first_name] = guardian.guardian_id
        if account_id:
            home.parents[first_name] = Caller(
                kind=Kind.CITIZEN, account_id=account_id, name=f"{first_name} {surname}"
            )
    for first_name in children:
        child = Child(
            first_name=first_name, last_name=surname, usage_name="",
            name_key=name_key(surname, first_name) + uuid4().hex[:6], birth_date=date(2018, 5, 4), sex="F",
            place_code=SCHOOL, class_name="CE2", level="CE2", version=1,
        )  # fmt: skip
        session.add(child)
        session.flush()
        home.children[first_name] = child.child_id
    session.add_all(
        FamilyChild(family_id=family.family_id, child_id=child_id)
        for child_id in (*home.children.values(), *shared)
    )
    return home


def a_consent(label: str = "Droit à l’image", **changes: object) -> OpenConsentKind:
    return OpenConsentKind.model_validate(
        {
            "command_id": uuid4(),
            "label": label,
            "needs_all_guardians": True,
            "text": "J’autorise la ville à photographier mon enfant pendant les activités.",
            "effect": "Votre enfant n’apparaît sur aucune image publiée.",
            **changes,
        }
    )


def a_point(code: str, state: PointState = PointState.OK, **changes: object) -> PointView:
    given = {
        "section": Section.GUARDIANS,
        "code": code,
        "state": state,
        "subject_id": UUID(int=40),
        **changes,
    }
    return PointView.model_validate(given)


def a_review(*points: PointView, **changes: object) -> CertificationView:
    """The file of `a_family`: something of everything, and nothing that blocks."""
    child = {"subject": "Alizée Martin"}
    view = CertificationView(
        family=a_family(),
        school_year="2026-2027",
        points=list(points)
        or [
            a_point("address", subject_id=UUID(int=20), value="12 rue Jacquemart, 26100 Romans-sur-Isère"),
            a_point("phone", subject="Léa Martin", subject_id=UUID(int=30), value="06 39 98 12 34"),
            a_point("child", section=Section.CHILDREN, value="date de naissance : 4 mai 2018, École Jacquemart", **child),
            a_point("custody", PointState.MISSING, section=Section.CHILDREN, **child),
            a_point(
                "emergency_contact", section=Section.CONTACTS, value="Odette Petit, 06 39 98 00 01", **child
            ),
            a_point(
                "insurance", PointState.EXPIRED, section=Section.INSURANCE, value="MAE, contrat 12", **child
            ),
            a_point("vaccines", section=Section.HEALTH, value="à jour", **child),
            a_point("pai", PointState.AWAITING_REVIEW, section=Section.HEALTH, value="aucun", **child),
            a_point(
                "consent", PointState.TO_CONFIRM, section=Section.CONSENTS, label="Droit à l’image",
                value="Léa Martin : oui, le 3 septembre 2026", **child,
            ),
            a_point("quotient", PointState.MISSING, section=Section.QUOTIENT, subject_id=UUID(int=20)),
        ],
        signer="Léa Martin",
        statement="Je certifie que les informations ci-dessus sont exactes.",
        reference="0123456789ab",
    )  # fmt: skip
    return view.model_copy(update=changes)


def a_signature(**changes: object) -> SignatureView:
    given = {
        "school_year": "2026-2027", "signed_at": NOW, "signed_by": "Hugo Martin",
        "statement": "Je certifie que les informations ci-dessus sont exactes.", "reference": "0123456789ab",
        **changes,
    }  # fmt: skip
    return SignatureView.model_validate(given)
