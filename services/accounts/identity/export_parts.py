"""What accounts gives of an account when its owner asks for everything: one function a part.

A part is `(session, account_id) -> (key, value)`. The key is in English and never changes; the value is JSON-safe
(`model_dump(mode="json")` of a view does): dates in ISO 8601, sums in cents, an absent thing None or an empty list.
Nothing of a child's other household, no secret, no hash. To add one's own:

    def consents(session: Session, account_id: UUID) -> Part:
        return "consents", [view.model_dump(mode="json") for view in …]

and put it into `PARTS`. How the keys are called on paper is written in `gateway/papers/records_words.py`; a test asks
for every key that the exports of the tests hold.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.household.families import load_views
from accounts.identity import export_file, journal
from accounts.identity.own_account_models import ContactChange
from accounts.mailing.mail_kinds import KINDS
from accounts.mailing.mail_models import Mail, MailChoice
from accounts.mailing.outgoing import is_secret
from accounts.models import Account, ActivationKey, Child, Guardian, Quotient
from accounts.names import spell
from accounts.yearly.certification_models import Certification
from accounts.yearly.consent_models import ConsentAnswer, ConsentKind, ConsentText
from contracts.records import Records

Part = tuple[str, Any]


def account(session: Session, account_id: UUID) -> Part:
    """Who the account is."""
    row = session.get_one(Account, account_id)
    return "account", {
        "account_id": str(row.account_id),
        "title": row.title,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "email": row.email,
        "phone": row.phone,
        "phone_verified_at": _moment(row.phone_verified_at),
        "created_at": _moment(row.created_at),
        "last_sign_in_at": _moment(row.last_sign_in_at),
    }


def changes_asked(session: Session, account_id: UUID) -> Part:
    """Addresses and numbers asked for and not confirmed yet."""
    rows = session.scalars(
        select(ContactChange).where(ContactChange.account_id == account_id, ContactChange.done_at.is_(None))
    )
    return "contact_changes", [
        {"kind": row.kind, "value": row.value, "asked_at": _moment(row.asked_at)} for row in rows
    ]


def families(session: Session, account_id: UUID) -> Part:
    """The households of which the account is a guardian, as their page shows them, with every quotient kept."""
    ids = session.scalars(select(Guardian.family_id).where(Guardian.account_id == account_id)).all()
    views = load_views(session, ids, account_id)
    found = []
    for family_id, view in views.items():
        quotients = session.scalars(
            select(Quotient).where(Quotient.family_id == family_id).order_by(Quotient.month.desc())
        )
        found.append(
            {
                **view.model_dump(mode="json", exclude={"quotient"}),
                "quotients": [
                    {"month": row.month.isoformat(), "euros": row.euros, "source": row.source}
                    for row in quotients
                ],
            }
        )
    return "families", found


def activation_keys(session: Session, account_id: UUID) -> Part:
    """The Clés Enfance the account has used. The keys themselves are kept nowhere."""
    rows = session.scalars(select(ActivationKey).where(ActivationKey.redeemed_by == account_id))
    return "activation_keys", [
        {
            "guardian_id": str(row.guardian_id),
            "issued_at": _moment(row.issued_at),
            "redeemed_at": _moment(row.redeemed_at),
        }
        for row in rows
    ]


def journal_lines(session: Session, account_id: UUID) -> Part:
    """What was done on the account, twelve months back."""
    return "journal", [line.model_dump(mode="json") for line in journal.lines_of(session, account_id)]


def mails(session: Session, account_id: UUID) -> Part:
    """What was written to the account's address: the texts as long as they are kept, no link that opens something."""
    to = select(Account.email).where(Account.account_id == account_id).scalar_subquery()
    own = or_(Mail.to == to, Mail.account_id == account_id)
    rows = session.scalars(select(Mail).where(own).order_by(Mail.created_at.desc()))
    return "mails", [
        {
            "kind": row.kind,
            "subject": row.subject,
            "to": row.to,
            "text": "" if is_secret(row) else row.text,
            "written_at": _moment(row.created_at),
            "sent_at": _moment(row.sent_at),
        }
        for row in rows
    ]


def consents(session: Session, account_id: UUID) -> Part:
    """Every answer the account has given, with the text it was given to."""
    rows = session.execute(
        select(ConsentAnswer, ConsentText, ConsentKind.label, Child)
        .join(
            ConsentText,
            (ConsentText.code == ConsentAnswer.code) & (ConsentText.version == ConsentAnswer.version),
        )
        .join(ConsentKind, ConsentKind.code == ConsentAnswer.code)
        .join(Child, Child.child_id == ConsentAnswer.child_id)
        .where(ConsentAnswer.answered_by == account_id)
        .order_by(ConsentAnswer.answer_id.desc())
    )
    return "consents", [
        {
            "answered_at": _moment(answer.answered_at),
            "child_name": spell(child.first_name, child.usage_name or child.last_name),
            "consent": label,
            "agrees": answer.agrees,
            "version": answer.version,
            "text": text.text,
        }
        for answer, text, label, child in rows
    ]


def certifications(session: Session, account_id: UUID) -> Part:
    """What the account has certified, and when. The values certified are those of the families' file."""
    rows = session.scalars(
        select(Certification)
        .where(Certification.signed_by == account_id)
        .order_by(Certification.signed_at.desc())
    )
    return "certifications", [
        {
            "school_year": row.school_year,
            "signed_at": _moment(row.signed_at),
            "signer_name": row.signer_name,
            "statement": row.statement,
        }
        for row in rows
    ]


def mail_choices(session: Session, account_id: UUID) -> Part:
    """The kinds of mail the account does without."""
    rows = session.scalars(
        select(MailChoice).where(MailChoice.account_id == account_id).order_by(MailChoice.kind)
    )
    return "mail_choices", [
        {"label": KINDS[row.kind].label, "off_at": _moment(row.off_at)} for row in rows if row.kind in KINDS
    ]


PARTS: tuple[Callable[[Session, UUID], Part], ...] = (
    account,
    changes_asked,
    families,
    activation_keys,
    *export_file.PARTS,
    consents,
    certifications,
    mails,
    mail_choices,
    journal_lines,
)


def gather(session: Session, account_id: UUID, *opened: Part) -> Records:
    """Every part, and those that had to be `opened` by a key. Raises LookupError when two have one key."""
    found: Records = {}
    for key, value in (*(part(session, account_id) for part in PARTS), *opened):
        if key in found:
            raise LookupError(f"two parts of the export are called {key}")
        found[key] = value
    return found


def _moment(value: Any) -> str | None:
    return value.isoformat() if value is not None else None
