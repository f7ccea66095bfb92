"""What a school's next export changes, as an agent reads it and decides on it: words, tables, and one form."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from contracts.accounts.imports import ChangeKind, ImportChange
from gateway.forms import CheckboxesField, CommandForm, RadiosField
from gateway.french import typeset

TITLES = {
    ChangeKind.LEAVER: "Quittent l’école",
    ChangeKind.DIFFERENCE: "Corrigé par la famille, autrement dans le fichier",
    ChangeKind.MOVED: "Déménagements",
    ChangeKind.NEW_CHILD: "Nouveaux élèves",
    ChangeKind.RETURNED: "Reviennent dans une école de la ville",
    ChangeKind.FROM_SCHOOL: "Viennent d’une autre école de la ville",
    ChangeKind.CLASS_CHANGED: "Changent de classe",
    ChangeKind.SECOND_HOME: "Ont maintenant un foyer de plus",
    ChangeKind.NEW_GUARDIAN: "Nouveaux responsables",
    ChangeKind.GUARDIAN_GONE: "Responsables que le fichier ne nomme plus",
    ChangeKind.COORDINATES: "Coordonnées nouvelles ou complétées",
}
HINTS = {
    ChangeKind.LEAVER: "Inscrits à l’école, absents du fichier. Leur dossier, leur famille et leur historique restent.",
    ChangeKind.DIFFERENCE: "La famille ou un agent a corrigé ces informations depuis le fichier précédent : "
    "elles restent telles quelles, sauf si vous prenez celles de l’école.",
    ChangeKind.GUARDIAN_GONE: "Rien n’est retiré : ils restent dans la famille. À vérifier avec elle si besoin.",
}
COLUMNS = {
    ChangeKind.LEAVER: ("Enfant", "Classe", "", "Décision"),
    ChangeKind.DIFFERENCE: ("Famille", "Au dossier", "Dans le fichier", "Décision"),
    ChangeKind.MOVED: ("Famille", "Avant", "Maintenant", "À savoir"),
    ChangeKind.NEW_CHILD: ("Enfant", "", "Classe", ""),
    ChangeKind.RETURNED: ("Enfant", "", "Classe", ""),
    ChangeKind.FROM_SCHOOL: ("Enfant", "Avant", "Classe", ""),
    ChangeKind.SECOND_HOME: ("Enfant", "", "Foyer de", ""),
    ChangeKind.NEW_GUARDIAN: ("Responsable", "", "", ""),
    ChangeKind.GUARDIAN_GONE: ("Responsable", "Enfant", "", ""),
    ChangeKind.COORDINATES: ("Responsable", "Avant", "Maintenant", "Quoi"),
}
FIELDS = {"address": "adresse", "email": "adresse courriel", "phone": "téléphone", "name": "nom"}
NOTES = {
    "resident": "Devient habitant de la commune",
    "not_resident": "N’habite plus la commune",
    "new_home": "Quitte le foyer : un dossier à son nom",
}


@dataclass(frozen=True)
class Part:
    """One kind of change: a table of lines, the family's number last where there is one."""

    kind: ChangeKind
    title: str
    hint: str
    count: int
    columns: list[tuple[str, str]]
    rows: list[list[str]]


def read(changes: Iterable[ImportChange], *, is_first: bool) -> list[Part]:
    """The kinds there are, in order. `is_first`: the school is new here, and its pupils go without saying."""
    parts = []
    for kind, found in groupby(changes, key=lambda change: change.kind):
        lines = list(found)
        if is_first and kind is ChangeKind.NEW_CHILD:
            continue
        labels, rows = _by_class(lines) if kind is ChangeKind.CLASS_CHANGED else _one_by_one(kind, lines)
        columns = [(label, "") for label in labels]
        parts.append(Part(kind, TITLES[kind], typeset(HINTS.get(kind, "")), len(lines), columns, rows))
    return parts


def choices_form(changes: Iterable[ImportChange]) -> CommandForm:
    """Who leaves: boxes ticked for those who do. Radios where more than yes or no can be answered."""
    changes = list(changes)
    simple = [line for line in changes if line.kind is ChangeKind.LEAVER and line.note != "respelt"]
    fields: dict[str, object] = {}
    if simple:
        fields["leave"] = CheckboxesField(
            "Quels enfants quittent l’école ?",
            hint="Décochez ceux qui restent.",
            choices=[(line.change_id, typeset(_leaver(line)), _doubt(line)) for line in simple],
            default=[line.change_id for line in simple if line.choice == "leave"],
        )
    for line in changes:
        if line.kind is ChangeKind.LEAVER and line.note == "respelt":
            fields[f"c{line.change_id}"] = RadiosField(
                typeset(f"{_leaver(line)} : l’école écrit maintenant « {line.after} », né(e) le même jour"),
                choices=[
                    ("same", "C’est le même enfant, écrit autrement"),
                    ("leave", "Deux enfants : le premier quitte l’école"),
                    ("keep", "Deux enfants : tous deux sont à l’école"),
                ],
                default=line.choice,
            )
        elif line.kind is ChangeKind.DIFFERENCE:
            fields[f"c{line.change_id}"] = RadiosField(
                typeset(f"{line.who} : {FIELDS.get(line.note, line.note)}"),
                choices=[
                    ("ours", typeset(f"Garder « {line.before} » (au dossier)")),
                    ("theirs", typeset(f"Prendre « {line.after} » (fichier de l’école)")),
                ],
                default=line.choice,
            )
    made: CommandForm = type("ChoicesForm", (CommandForm,), fields)()
    return made


def choices_of(form: CommandForm, changes: Iterable[ImportChange]) -> dict[str, str]:
    """{change id: choice} of a form that was filled."""
    leave = form["leave"].data if "leave" in form else []
    chosen: dict[str, str] = {}
    for line in changes:
        if f"c{line.change_id}" in form:
            if form[f"c{line.change_id}"].data:
                chosen[line.change_id] = form[f"c{line.change_id}"].data
        elif line.kind is ChangeKind.LEAVER:
            chosen[line.change_id] = "leave" if line.change_id in leave else "keep"
    return chosen


def is_to_choose(changes: Iterable[ImportChange]) -> bool:
    """Something can be decided."""
    return any(change.choice for change in changes)


def _by_class(lines: list[ImportChange]) -> tuple[tuple[str, ...], list[list[str]]]:
    rows = []
    for (before, after), found in groupby(lines, key=lambda line: (line.before, line.after)):
        names = [line.who for line in found]
        rows.append(
            [
                f"{before or 'Sans classe'}\u00a0→\u00a0{after or 'sans classe'}",
                str(len(names)),
                ", ".join(names),
            ]
        )
    return ("Classe", "Enfants", "Noms"), rows


def _one_by_one(kind: ChangeKind, lines: list[ImportChange]) -> tuple[tuple[str, ...], list[list[str]]]:
    labels = COLUMNS[kind]
    used = [place for place, label in enumerate(labels) if label]
    has_number = any(line.family for line in lines)
    rows = []
    for line in lines:
        cells = [line.who, line.before or "–", line.after or "–", typeset(_note(line))]
        rows.append([cells[place] for place in used] + ([line.family or "Nouveau"] if has_number else []))
    return tuple(labels[place] for place in used) + (("Dossier",) if has_number else ()), rows


def _note(line: ImportChange) -> str:
    if line.kind is ChangeKind.LEAVER:
        decided = {
            "leave": "Quitte l’école",
            "keep": "Reste à l’école",
            "same": f"Même enfant que {line.after}",
        }[line.choice]
        return f"{decided}. {_doubt(line)}".strip() if line.choice != "same" else decided
    if line.kind is ChangeKind.DIFFERENCE:
        return "Garder le dossier" if line.choice == "ours" else "Prendre le fichier"
    if line.kind is ChangeKind.COORDINATES:
        return FIELDS.get(line.note, line.note).capitalize()
    return NOTES.get(line.note, "")


def _leaver(line: ImportChange) -> str:
    return f"{line.who}, {line.before}" if line.before else line.who


def _doubt(line: ImportChange) -> str:
    if line.note == "unreadable":
        return "Sa ligne est dans le fichier, mais ne peut pas être lue."
    return f"Ressemble à {line.after}, né(e) le même jour." if line.note == "respelt" else ""
