"""The demonstration's consents: three real texts, and what some parents have answered to them."""

from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.accounts.consents import (
    AnswerConsents,
    ConsentAnswer,
    ConsentKindExists,
    MyConsents,
    OpenConsentKind,
)
from contracts.caller import SYSTEM, Caller
from deploy.local.demo.accounts import Services

TEXTS = (
    (
        "Droit à l’image",
        True,
        "J’autorise la ville de Romans-sur-Isère à photographier ou à filmer mon enfant pendant les activités "
        "périscolaires et de loisirs, et à publier ces images dans le journal municipal, sur le site ville-romans.fr "
        "et dans les locaux de la structure.\n\n"
        "Cette autorisation est gratuite. Elle vaut pour l’année scolaire, et chaque image est retirée du site dans "
        "le mois qui suit une demande. Aucune image n’est accompagnée du nom de l’enfant.",
        "Votre enfant participe à toutes les activités comme les autres ; il n’apparaît sur aucune image publiée.",
    ),
    (
        "Sorties et transport en car",
        False,
        "J’autorise mon enfant à participer aux sorties organisées pendant les accueils, à pied, en transports en "
        "commun ou dans un car affrété par la ville, sous la conduite de l’équipe d’animation.\n\n"
        "Le lieu et les horaires de chaque sortie sont affichés à l’avance dans la structure.",
        "Votre enfant reste dans la structure, avec un autre groupe, les jours de sortie.",
    ),
    (
        "Quitter seul la structure",
        False,
        "J’autorise mon enfant à quitter seul la structure à la fin de l’activité à laquelle il est inscrit. "
        "Il n’est plus alors sous la responsabilité de la ville.",
        "Votre enfant attend qu’un responsable, ou une personne que vous avez désignée, vienne le chercher.",
    ),
)


def load(services: Services, parents: list[Caller]) -> None:
    """Asks; then the first half of the parents answer: yes, yes, and not to leave alone. Twice changes nothing."""
    for label, needs_all, text, effect in TEXTS:
        try:
            services.ask(
                OpenConsentKind(
                    command_id=_key("kind", label),
                    label=label,
                    needs_all_guardians=needs_all,
                    answer_required=True,
                    text=text,
                    effect=effect,
                ),
                SYSTEM,
            )
        except ConsentKindExists:
            continue
    for parent in parents[: len(parents) // 2]:
        view = services.ask(MyConsents(), parent)
        answers = [
            ConsentAnswer(
                child_id=each.child_id,
                code=each.code,
                version=text.version,
                agrees=text.code != "quitter-seul-la-structure",
            )
            for text in view.texts
            for each in view.answers
            if each.code == text.code and each.agrees is None
        ]
        if answers:
            services.ask(
                AnswerConsents(command_id=_key("answers", parent.account_id), answers=answers), parent
            )


def _key(*parts: object) -> UUID:
    return uuid5(NAMESPACE_URL, "demonstration:consents:" + ":".join(str(part) for part in parts))
