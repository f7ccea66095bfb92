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
    NOT_XML = "not_xml"
    ENTITIES = "entities"
    NOT_BANK = "not_bank"
    TOO_MANY_RETURNS = "too_many_returns"


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
    Flaw.NOT_XML: "Ce fichier n’est pas du XML, ou il est incomplet. Téléchargez-le à nouveau sur le site de la "
    "banque, sans l’ouvrir ni l’enregistrer avec un autre logiciel.",
    Flaw.ENTITIES: "Ce fichier contient des définitions (DOCTYPE) qu’une banque n’écrit jamais : il n’est pas lu. "
    "Téléchargez-le à nouveau sur le site de la banque.",
    Flaw.NOT_BANK: "Ce fichier n’est ni un compte rendu (pain.002), ni un avis (camt.054), ni un relevé (camt.053). "
    "Choisissez sur le site de la banque les rejets de prélèvements à l’un de ces formats.",
    Flaw.TOO_MANY_RETURNS: "Ce fichier contient trop de rejets. Demandez à la banque un fichier par jour.",
}


class Flawed(Exception):
    """The file is not fit for a vault. `flaw` says why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw
