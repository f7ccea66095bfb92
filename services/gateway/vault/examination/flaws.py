"""What may be wrong inside a file, and what its sender can do about it."""

from enum import StrEnum


class Flaw(StrEnum):
    """Why the examination refused a file."""

    SCRIPT = "script"
    ACTION = "action"
    FILES = "files"
    LOCKED = "locked"
    BROKEN = "broken"
    PAGES = "pages"
    BOMB = "bomb"
    HIDDEN = "hidden"
    UNREADABLE = "unreadable"
    TOO_MANY_PIXELS = "too_many_pixels"
    NOT_PICTURES = "not_pictures"
    TOO_HARD = "too_hard"


_PRINT = "Ouvrez-le, choisissez « Imprimer » puis « Enregistrer au format PDF », et envoyez la copie obtenue."

SENTENCES = {
    Flaw.SCRIPT: f"Ce PDF contient un programme (JavaScript ou formulaire animé), que nous refusons. {_PRINT}",
    Flaw.ACTION: "Ce PDF ouvrirait de lui-même un site, un autre fichier ou une application, "
    f"ce que nous refusons. {_PRINT}",
    Flaw.FILES: "Ce PDF contient d’autres fichiers (pièce jointe, vidéo ou son) que nous ne pouvons pas vérifier. "
    f"{_PRINT}",
    Flaw.LOCKED: "Ce PDF est protégé par un mot de passe : la mairie ne pourrait pas l’ouvrir. "
    "Enregistrez-en une copie sans mot de passe, ou photographiez le document.",
    Flaw.BROKEN: "Ce PDF est abîmé ou incomplet. Téléchargez-le à nouveau là où vous l’avez obtenu, "
    "ou photographiez le document.",
    Flaw.PAGES: "Ce PDF a trop de pages, ou des pages trop grandes. Envoyez seulement les pages demandées : "
    "choisissez-les au moment de l’imprimer au format PDF.",
    Flaw.BOMB: "Ce PDF deviendrait trop grand une fois ouvert. Imprimez-le en PDF avec une qualité moindre, "
    "ou photographiez le document.",
    Flaw.HIDDEN: "Ce fichier en cache un autre, d’une autre nature. Imprimez-le en PDF, ou photographiez le document.",
    Flaw.UNREADABLE: "Cette photo est abîmée ou incomplète : reprenez-la.",
    Flaw.TOO_MANY_PIXELS: "Cette image est trop grande pour être ouverte sans risque : réduisez ses dimensions.",
    Flaw.NOT_PICTURES: "Seules des photos (JPEG, PNG, HEIC) peuvent être réunies en un seul document. "
    "Envoyez un PDF seul, sans autre fichier.",
    Flaw.TOO_HARD: "Ce fichier est trop compliqué pour être vérifié. Imprimez-le en PDF, ou photographiez le document.",
}


class Flawed(Exception):
    """The file is not fit for a vault. `flaw` says why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw
