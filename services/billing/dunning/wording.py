"""What the letters say until a fund decides otherwise, and what every letter says whatever a fund decides."""

from contracts.billing.dunning import DunningTerms, StepTerms

PROMISE = (
    "Votre enfant garde sa place : la cantine est un droit (Code de l’éducation, article L131-13), et une facture "
    "impayée ne ferme jamais la cantine, ni aucune réservation."
)
"""At the end of every letter: no agent can take it out."""

_HELP = (
    "Vous avez du mal à payer ? Parlez-nous-en avant la prochaine lettre : Mairie [+] (04 75 05 51 51) peut vous "
    "accorder un délai ou un paiement en plusieurs fois, et le CCAS peut vous aider.\n\n"
    "Vous n’êtes pas d’accord avec une ligne ? Ouvrez la facture sur l’Espace Citoyens et dites-nous pourquoi : "
    "nous n’enverrons pas d’autre lettre pour cette somme avant de vous avoir répondu."
)

USUAL = DunningTerms(
    steps=(
        StepTerms(
            days=8,
            subject="Rappel : une facture reste à payer",
            text=(
                "Sauf erreur de notre part, la somme ci-dessous n’a pas encore été réglée. C’est peut-être un oubli : "
                "vous pouvez la payer en quelques instants sur l’Espace Citoyens, ou auprès de Mairie [+].\n\n"
                "Si vous venez de payer, ne tenez pas compte de ce message."
            ),
        ),
        StepTerms(
            days=21,
            subject="Relance : votre facture n’est toujours pas réglée",
            text="Malgré notre rappel, la somme ci-dessous reste due. Nous vous demandons de la régler sans tarder.\n\n"
            + _HELP,
        ),
        StepTerms(
            days=21,
            subject="Dernier rappel avant transmission au Trésor public",
            text=(
                "Sans règlement de votre part sous quinze jours, la somme ci-dessous sera transmise au Trésor public, "
                "qui pourra ajouter des frais de poursuite.\n\n"
            )
            + _HELP,
        ),
        StepTerms(
            days=15,
            subject="Transmission de votre dette au Trésor public",
            text=(
                "La somme ci-dessous n’a pas été réglée : nous la transmettons au Trésor public, qui vous écrira. "
                "Attendez son avis des sommes à payer pour régler ; c’est lui qui accorde désormais des délais.\n\n"
                "Si vous payez entre-temps auprès de la ville, nous en informons le Trésor public."
            ),
        ),
    )
)
