"""Reads what a certification looks through, for one family or for all of a town's, in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.care import care_proposals, diets, health_sheets
from accounts.household.contacts import contacts_of, insurances_of
from accounts.household.families import load_views
from accounts.models import Child, Guardian
from accounts.revision.change_models import ChangeRequest
from accounts.shared_custody.custody_models import CustodyAgreement
from accounts.wording import day
from accounts.yearly import consents
from accounts.yearly.certification_rules import Consent, File, Health
from accounts.yearly.consent_rules import Answer, state_of
from chassis.sealed_column import Seal
from contracts.accounts.changes import ChangeState, SubjectKind
from contracts.accounts.consents import ConsentState
from contracts.accounts.families import FamilyView
from contracts.accounts.health import Diet

_DIETS = {
    Diet.USUAL: "repas habituel",
    Diet.WITHOUT_PORK: "repas sans porc",
    Diet.WITHOUT_MEAT: "repas sans viande",
    Diet.VEGETARIAN: "repas végétarien",
}


def load_files(
    session: Session,
    family_ids: Iterable[UUID],
    today: date,
    *,
    account_id: UUID | None = None,
    seal: Seal | None = None,
) -> dict[UUID, File]:
    """The files by family. Without `seal` nothing of health is read; with it, some statements more a child."""
    wanted = list(family_ids)
    views = load_views(session, wanted, account_id)
    child_ids = {child.child_id for view in views.values() for child in view.children}
    contacts = contacts_of(session, wanted)
    insurances = insurances_of(session, wanted, today)
    awaiting: dict[UUID, set[tuple[SubjectKind, UUID]]] = defaultdict(set)
    for change in session.scalars(
        select(ChangeRequest).where(
            ChangeRequest.family_id.in_(wanted), ChangeRequest.state == ChangeState.AWAITING
        )
    ):
        for subject in (change.subject_id, change.child_id):
            if subject is not None:
                awaiting[change.family_id].add((SubjectKind(change.subject_kind), subject))
    agreements = session.scalars(
        select(CustodyAgreement).where(
            CustodyAgreement.child_id.in_(child_ids), CustodyAgreement.valid_to.is_(None)
        )
    )
    custody = {agreement.child_id: agreement.valid_from for agreement in agreements}
    said = _consents(session, views, child_ids)
    return {
        family_id: File(
            family=view,
            contacts=contacts[family_id],
            insurances={held.child_id: held for held in insurances[family_id]},
            consents=said[family_id],
            custody=custody,
            awaiting=awaiting[family_id],
            health=_health(session, seal, view, today) if seal else None,
        )
        for family_id, view in views.items()
    }


def _consents(
    session: Session, views: dict[UUID, FamilyView], child_ids: set[UUID]
) -> dict[UUID, list[Consent]]:
    texts = consents.current_texts(session)
    last, adults = consents.last_answers(session, child_ids), consents.adults_of(session, child_ids)
    at_home: dict[UUID, set[UUID]] = defaultdict(set)
    for family_id, adult_id in session.execute(
        select(Guardian.family_id, Guardian.adult_id).where(Guardian.family_id.in_(list(views)))
    ):
        at_home[family_id].add(adult_id)
    found: dict[UUID, list[Consent]] = defaultdict(list)
    for family_id, view in views.items():
        for text in texts:
            for child in view.children:
                given = last[child.child_id, text.code]
                own = [each for each in given if each.adult_id in at_home[family_id]]
                state = state_of(
                    text.needs_all_guardians,
                    text.version,
                    adults[child.child_id],
                    [Answer(each.adult_id, each.agrees, each.version) for each in given],
                )
                found[family_id].append(
                    Consent(
                        child_id=child.child_id,
                        label=text.label,
                        said=" ; ".join(
                            f"{each.answered_name} : {'oui' if each.agrees else 'non'}, "
                            f"le {day(each.answered_at)}"
                            for each in own
                        ),
                        answered=bool(own),
                        fresh=any(each.version == text.version for each in own),
                        required=text.answer_required,
                        complete=state is not ConsentState.WAITING,
                    )
                )
    return found


def _health(session: Session, seal: Seal, view: FamilyView, today: date) -> dict[UUID, Health]:
    found = {}
    for child in view.children:
        row = session.get_one(Child, child.child_id)
        care = health_sheets.read_care(session, seal, child.child_id, today).care
        vaccines = health_sheets.read_vaccines(session, seal, row, today)
        plate = diets.of_child(session, child.child_id)
        found[child.child_id] = Health(
            diet="panier repas fourni par la famille" if plate.lunch_box else _DIETS[plate.diet],
            vaccines_noted=len(vaccines.doses),
            vaccines_missing=len(vaccines.missing),
            vaccines_ended=len(vaccines.ended),
            certified_on=vaccines.certified_on,
            has_pai=care.has_pai,
            pai_until=care.pai_until,
            care_awaiting=care_proposals.waiting_of(session, seal, child.child_id) is not None,
        )
    return found
