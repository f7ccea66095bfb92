"""Ready-made questions and views of one's own account."""

from datetime import timedelta
from uuid import UUID, uuid4

from contracts.accounts.own_account import (
    AskEmailChange,
    AskPhoneChange,
    ChangePassword,
    ContactKind,
    ContactLinkView,
    ContactState,
    OwnAccountView,
    PendingContactView,
    Side,
)
from contracts.accounts.own_data import JournalLine, JournalPage
from tests.mothers.accounts import NOW, PASSWORD

NEW_PASSWORD = "quatre bateaux au soleil"
NEW_EMAIL = "lea.durand+ecole@exemple.fr"


def a_password_change(**changes: object) -> ChangePassword:
    return ChangePassword.model_validate(
        {"command_id": uuid4(), "present": PASSWORD, "password": NEW_PASSWORD, **changes}
    )


def an_email_change(**changes: object) -> AskEmailChange:
    return AskEmailChange.model_validate(
        {"command_id": uuid4(), "password": PASSWORD, "email": NEW_EMAIL, **changes}
    )


def a_phone_change(**changes: object) -> AskPhoneChange:
    return AskPhoneChange.model_validate(
        {"command_id": uuid4(), "password": PASSWORD, "phone": "06 12 34 56 78", **changes}
    )


def an_own_account(**changes: object) -> OwnAccountView:
    view = OwnAccountView(
        account_id=UUID(int=10),
        title="Mme",
        first_name="Léa",
        last_name="Martin",
        email="lea.martin@exemple.fr",
        phone="06 12 34 56 78",
        phone_verified=True,
        created_at=NOW,
    )
    return view.model_copy(update=changes)


def a_pending(kind: ContactKind, **changes: object) -> PendingContactView:
    view = PendingContactView(
        kind=kind,
        value=NEW_EMAIL if kind is ContactKind.EMAIL else "06 87 65 43 21",
        expires_at=NOW + timedelta(hours=48),
        new_agreed=False,
        old_agreed=False,
        code_until=NOW + timedelta(minutes=10) if kind is ContactKind.PHONE else None,
    )
    return view.model_copy(update=changes)


def a_link(side: Side = Side.OLD, **changes: object) -> ContactLinkView:
    view = ContactLinkView(
        kind=ContactKind.EMAIL,
        side=side,
        state=ContactState.TO_CONFIRM,
        present="lea.martin@exemple.fr",
        value=NEW_EMAIL,
        expires_at=NOW + timedelta(hours=48),
    )
    return view.model_copy(update=changes)


def a_journal(*lines: JournalLine, page: int = 1, pages: int = 1) -> JournalPage:
    return JournalPage(lines=list(lines), page=page, pages=pages, total=len(lines))
