"""Ready-made views of the outgoing mail."""

from uuid import UUID

from contracts.accounts.mail import MailChoiceView, MailPage, MailRow, MailState, MyMailView, Why
from tests.mothers.accounts import NOW


def a_mail(**changes: object) -> MailRow:
    """One that came back from an address that does not exist."""
    row = MailRow(
        mail_id=UUID(int=70),
        to="lea.martin@exemple.fr",
        subject="Inscription acceptée",
        state=MailState.BOUNCED,
        kind_label="Inscription acceptée",
        attempts=1,
        why=Why.UNKNOWN_ADDRESS,
        error="smtp; 550 5.1.1 no such user",
        created_at=NOW,
        can_resend=True,
        address_fails=True,
        name="Léa Martin",
        family_id=UUID(int=20),
    )
    return row.model_copy(update=changes)


def a_page(*mails: MailRow) -> MailPage:
    return MailPage(queued=2, failed=1, bounced=len(mails), mails=list(mails), page=1, pages=1)


def my_mail(**changes: object) -> MyMailView:
    """Two kinds to choose from, one that always comes."""
    view = MyMailView(
        email="lea.martin@exemple.fr",
        kinds=[
            MailChoiceView(kind="bookings_changed", label="Résumé", category="Réservations", wanted=True),
            MailChoiceView(kind="payment_failed", label="Paiement", category="Factures", wanted=False),
            MailChoiceView(
                kind="payment_received", label="Reçu", category="Reçus", wanted=True, always="La loi."
            ),
        ],
    )
    return view.model_copy(update=changes)
