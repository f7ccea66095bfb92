"""Who of the town may read what was attached, by what it was attached to: nobody reads out of curiosity.

A post reads the papers of its own matter and no other's (RGPD art. 5-1-f; for health data, Code de la santé publique
L1110-4).
"""

from contracts.caller import Role
from contracts.documents.refusals import UnknownSubject

READERS: dict[str, frozenset[Role]] = {
    "enrolment": frozenset({Role.REQUESTS}),
    "absence": frozenset({Role.REQUESTS}),
    "line_objection": frozenset({Role.BILLING}),
    "request": frozenset({Role.REQUESTS}),
    "family": frozenset({Role.FAMILY_FILES}),
    "health": frozenset({Role.HEALTH}),
}


def readers_of(subject_kind: str) -> frozenset[Role]:
    """The roles that may open what is attached to such a subject. Raises UnknownSubject."""
    if subject_kind not in READERS:
        raise UnknownSubject(subject_kind=subject_kind)
    return READERS[subject_kind]
