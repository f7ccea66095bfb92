"""Refusals of the yearly certification."""

SENTENCES = {
    "certification_blocked": (
        409,
        "Quelque chose manque encore pour signer : c’est indiqué à la fin de la page.",
    ),
    "certification_outdated": (
        409,
        "Une information a changé pendant que vous lisiez la page. Relisez-la ci-dessous, puis signez.",
    ),
    "already_certified": (409, "{by} a déjà signé pour votre foyer cette année."),
}
