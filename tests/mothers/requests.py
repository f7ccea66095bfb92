"""Made-up démarches, and the commands that file and handle them."""

import secrets
from typing import Any
from uuid import UUID, uuid4

from contracts.enrolment.departments import DefineDepartment
from contracts.enrolment.procedure_forms import FieldKind, FormField, FormPage, Option, ProcedureForm
from contracts.enrolment.requests import SubmitRequest
from contracts.events.requests import ProcedureKind, Silence

CODE = "demande_generale"
DEPARTMENT = "Mairie [+]"


def form(**differing: Any) -> ProcedureForm:
    """A general request: who, what, about which child, a document if there is one."""
    said: dict[str, Any] = {
        "title": "Demande générale",
        "summary": "Pour toute autre demande à la mairie.",
        "category": "Autres démarches",
        "department": DEPARTMENT,
        "answer_days": 30,
        "retention_months": 12,
        "kind": ProcedureKind.DECISION,
        "silence": Silence.REFUSAL,
        "pages": (
            FormPage(
                name="demande",
                title="Votre demande",
                fields=(
                    FormField(name="name", kind=FieldKind.TEXT, label="Votre nom"),
                    FormField(
                        name="subject",
                        kind=FieldKind.CHOICE,
                        label="Sujet",
                        options=(
                            Option(name="road", label="La voirie"),
                            Option(name="other", label="Autre chose"),
                        ),
                    ),
                    FormField(name="words", kind=FieldKind.LONG_TEXT, label="Votre demande"),
                    FormField(name="child", kind=FieldKind.CHILD, label="Enfant concerné", required=False),
                    FormField(
                        name="paper", kind=FieldKind.DOCUMENT, label="Document", required=False, most=2
                    ),
                ),
            ),
        ),
    }
    return ProcedureForm(**(said | differing))


def answers(**differing: Any) -> dict[str, Any]:
    """What is answered to `form`, without a document."""
    return {
        "name": "Nadia Ferrand",
        "subject": "road",
        "words": "Le trottoir de la rue Pêcherie est abîmé.",
        "contact_email": "nadia.ferrand@exemple.fr",
    } | differing


def department(*agent_ids: UUID, **differing: Any) -> DefineDepartment:
    said: dict[str, Any] = {
        "command_id": uuid4(),
        "code": "mairie_plus",
        "version": 0,
        "name": DEPARTMENT,
        "email": "mairie@exemple.fr",
        "agents": {agent_id: f"Agent {n}" for n, agent_id in enumerate(agent_ids, 1)},
    }
    return DefineDepartment(**(said | differing))


def submit(draft_id: UUID, secret: str | None = None) -> SubmitRequest:
    return SubmitRequest(command_id=uuid4(), draft_id=draft_id, secret=secret, number=1)


def new_secret() -> str:
    return secrets.token_urlsafe(32)
