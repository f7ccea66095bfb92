"""Refusals of the yearly certification."""

SENTENCES = {
    "certification_blocked": (
        409,
        "Il reste {points} point(s) à compléter avant de signer : ils sont indiqués dans la page.",
    ),
    "certification_outdated": (
        409,
        "Une information a changé pendant que vous lisiez la page. Relisez-la ci-dessous, puis signez.",
    ),
    "already_certified": (409, "{by} a déjà signé pour votre foyer cette année."),
}
