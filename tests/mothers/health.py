"""Ready-made diets, care sheets and views of children's health."""

from datetime import date
from uuid import UUID

from contracts.accounts.health import (
    Allergen,
    Care,
    CareView,
    Diet,
    DietView,
    Dose,
    EmergencySheet,
    HealthFile,
    HealthPage,
    KitchenPage,
    KitchenPlace,
    Plate,
    ProposalView,
    PupilView,
    ReadingKind,
    ReadingView,
    Vaccine,
    VaccinesView,
    Waiting,
)
from tests.mothers import accounts as mother

ILLNESS = "Mucopolysaccharidose"
INSTRUCTION = "Adrénaline dans la cuisse puis le quinze"


def a_care(**changes: object) -> Care:
    return Care.model_validate(
        {
            "allergies": f"{ILLNESS}, arachide",
            "emergency": INSTRUCTION,
            "treatment": "Stylo dans la mallette rouge",
            "doctor": "Dre Nadège Wintzenheim",
            "doctor_phone": "04 75 00 00 00",
            "has_pai": True,
            "pai_from": date(2026, 9, 1),
            "pai_until": date(2027, 8, 31),
            **changes,
        }
    )


def a_pupil(number: int = 40, **changes: object) -> PupilView:
    return PupilView.model_validate(
        {
            "child_id": UUID(int=number),
            "name": "Alizée Martin",
            "birth_date": date(2018, 5, 4),
            "place_name": "École Jacquemart",
            "class_name": "CE2",
            **changes,
        }
    )


def a_file(**changes: object) -> HealthFile:
    return HealthFile.model_validate(
        {
            "pupil": a_pupil(),
            "diet": DietView(diet=Diet.WITHOUT_PORK, avoided=[Allergen.PEANUTS, Allergen.MILK], version=2),
            "care": CareView(care=a_care(), version=3),
            "vaccines": VaccinesView(
                doses=[
                    Dose(vaccine=Vaccine.TETANUS, last_dose=date(2024, 3, 5), valid_until=date(2030, 3, 5))
                ],
                required=[Vaccine.TETANUS, Vaccine.MEASLES],
                missing=[Vaccine.MEASLES],
                version=1,
            ),
            "readings": [
                ReadingView(
                    at=mother.NOW, agent="Odile Garnier", kind=ReadingKind.EMERGENCY, page="roll_call"
                )
            ],
            **changes,
        }
    )


def a_proposal(**changes: object) -> ProposalView:
    return ProposalView.model_validate(
        {
            "proposal_id": UUID(int=77),
            "care": a_care(treatment="Deux stylos dans la mallette rouge"),
            "state": "waiting",
            "asked_at": mother.NOW,
            "by_me": True,
            **changes,
        }
    )


def a_kitchen() -> KitchenPage:
    return KitchenPage(
        places=[KitchenPlace(place_code=mother.SCHOOL, name="École Jacquemart", pupils=33)],
        place_code=mother.SCHOOL,
        counts={Diet.USUAL: 30, Diet.WITHOUT_PORK: 1, Diet.WITHOUT_MEAT: 0, Diet.VEGETARIAN: 1},
        lunch_boxes=1,
        plates=[
            Plate(pupil=a_pupil(), diet=Diet.WITHOUT_PORK, avoided=[Allergen.PEANUTS], lunch_box=False),
            Plate(
                pupil=a_pupil(41, name="Noé Martin", class_name="MS"),
                diet=Diet.VEGETARIAN,
                avoided=[],
                lunch_box=False,
            ),
            Plate(
                pupil=a_pupil(42, name="Zélie Keradec", class_name="MS"),
                diet=Diet.USUAL,
                avoided=[Allergen.MILK, Allergen.EGGS],
                lunch_box=True,
            ),
        ],
    )


def an_emergency(**changes: object) -> EmergencySheet:
    return EmergencySheet.model_validate(
        {
            "pupil": a_pupil(),
            "avoided": [Allergen.PEANUTS],
            "emergency": INSTRUCTION,
            "treatment": "Stylo dans la mallette rouge",
            "doctor": "Dre Nadège Wintzenheim",
            "doctor_phone": "04 75 00 00 00",
            "has_pai": True,
            **changes,
        }
    )


def a_search() -> HealthPage:
    return HealthPage(
        pupils=[a_pupil(), a_pupil(41, name="Noé Martin", class_name="MS")],
        waiting=[Waiting(proposal_id=UUID(int=77), pupil=a_pupil(), asked_at=mother.NOW)],
    )
