"""Codes of health in French, the same for parents, kitchen and agents."""

from contracts.accounts.health import Allergen, Diet, ReadingKind, Vaccine

DIETS = {
    Diet.USUAL: "Menu habituel",
    Diet.WITHOUT_PORK: "Sans porc",
    Diet.WITHOUT_MEAT: "Sans viande",
    Diet.VEGETARIAN: "Végétarien (ni viande ni poisson)",
}
ALLERGENS = {
    Allergen.GLUTEN: "Gluten (blé, seigle, orge, avoine…)",
    Allergen.CRUSTACEANS: "Crustacés",
    Allergen.EGGS: "Œufs",
    Allergen.FISH: "Poisson",
    Allergen.PEANUTS: "Arachide",
    Allergen.SOYBEANS: "Soja",
    Allergen.MILK: "Lait et lactose",
    Allergen.NUTS: "Fruits à coque (amande, noisette, noix…)",
    Allergen.CELERY: "Céleri",
    Allergen.MUSTARD: "Moutarde",
    Allergen.SESAME: "Sésame",
    Allergen.SULPHITES: "Sulfites",
    Allergen.LUPIN: "Lupin",
    Allergen.MOLLUSCS: "Mollusques",
}
VACCINES = {
    Vaccine.DIPHTHERIA: "Diphtérie",
    Vaccine.TETANUS: "Tétanos",
    Vaccine.POLIO: "Poliomyélite",
    Vaccine.PERTUSSIS: "Coqueluche",
    Vaccine.HIB: "Haemophilus influenzae b",
    Vaccine.HEPATITIS_B: "Hépatite B",
    Vaccine.PNEUMOCOCCUS: "Pneumocoque",
    Vaccine.MENINGOCOCCUS_C: "Méningocoque C",
    Vaccine.MENINGOCOCCUS_ACWY: "Méningocoques A, C, W, Y",
    Vaccine.MENINGOCOCCUS_B: "Méningocoque B",
    Vaccine.MEASLES: "Rougeole",
    Vaccine.MUMPS: "Oreillons",
    Vaccine.RUBELLA: "Rubéole",
}
READINGS = {
    ReadingKind.DIET: "Régime alimentaire",
    ReadingKind.EMERGENCY: "Consigne d’urgence",
    ReadingKind.AT_HAND: "Allergies et PAI, à l’appel",
    ReadingKind.SHEET: "Fiche santé entière",
    ReadingKind.CHANGED: "Fiche santé modifiée",
}
PAGES = {"kitchen": "Cuisine", "roll_call": "Pointage", "health": "Service santé"}


def foods(avoided: list[Allergen]) -> str:
    """« Arachide, lait et lactose »: without what the parentheses explain."""
    names = [ALLERGENS[code].partition(" (")[0] for code in avoided]
    return ", ".join([*names[:1], *(name[0].lower() + name[1:] for name in names[1:])])


def vaccines(codes: list[Vaccine]) -> str:
    """« Rougeole, Oreillons »."""
    return ", ".join(VACCINES[code] for code in codes)
