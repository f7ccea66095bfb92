"""Passkeys of parents: made, named, used, removed. What a browser's answer proves is judged in `authenticators`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog import get_logger

from accounts.identity import authenticators, ceremonies, journal, sign_in, ways_in
from accounts.identity.authenticators import RelyingParty
from accounts.identity.ceremonies import Purpose
from accounts.identity.ways_in_models import Passkey
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account
from accounts.names import spell, tidy
from chassis import metrics
from contracts.accounts.identity import SignedInView
from contracts.accounts.journal import Action
from contracts.accounts.passkeys import (
    AddPasskey,
    CeremonyView,
    PasskeyRefused,
    RemovePasskey,
    RenamePasskey,
    SignInWithPasskey,
    TooManyPasskeys,
)
from contracts.accounts.ways_in import PasskeyView
from contracts.caller import Caller, Kind
from contracts.errors import NotFound

MOST = 10
log = get_logger()
REFUSALS = metrics.counter("passkey_refusals_total", "Answers of authenticators refused", ("why",))


def start(session: Session, party: RelyingParty, account_id: UUID, now: datetime) -> CeremonyView:
    """What the browser needs to make another passkey. Raises TooManyPasskeys."""
    account = session.get_one(Account, account_id)
    known = _known(session, account_id)
    asked = ceremonies.open_one(session, Purpose.ADD_PASSKEY, account_id, now)
    options = authenticators.creation_options(
        party,
        asked.challenge,
        account_id,
        account.email,
        spell(account.first_name, account.last_name),
        known,
    )
    return CeremonyView(ceremony_id=asked.ceremony_id, options=options)


def add(
    session: Session,
    party: RelyingParty,
    site: Site,
    ask: AddPasskey,
    challenge: bytes | None,
    account_id: UUID,
    now: datetime,
    caller: Caller,
) -> PasskeyView:
    """Keeps what the authenticator made. Locks the account. Raises PasskeyRefused, TooManyPasskeys."""
    if challenge is None:
        raise _refusal("over")
    try:
        made = authenticators.verify_new(party, challenge, ask.credential)
    except authenticators.Refused as why:
        raise _refusal("unproved", str(why)) from None
    account = session.get_one(Account, account_id, with_for_update=True)
    _known(session, account_id)
    if session.scalar(select(Passkey.passkey_id).where(Passkey.credential_id == made.credential_id)):
        raise _refusal("known")
    passkey = Passkey(
        account_id=account_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=tidy(ask.name)[:60] or "Clé d’accès",
        synced=made.synced,
        created_at=now,
    )
    session.add(passkey)
    session.flush()
    journal.note(session, account_id, Action.PASSKEY_ADDED, now, caller, name=passkey.name)
    mail.write(
        session,
        site,
        "passkey_added",
        account.email,
        now,
        first_name=account.first_name,
        name=passkey.name,
        at=now,
    )
    return ways_in.view(passkey)


def rename(session: Session, ask: RenamePasskey, account_id: UUID) -> None:
    """Raises NotFound."""
    _own(session, ask.passkey_id, account_id).name = tidy(ask.name)[:60] or "Clé d’accès"


def remove(
    session: Session, site: Site, ask: RemovePasskey, account_id: UUID, now: datetime, caller: Caller
) -> None:
    """Locks the account, then the passkey. Raises NotFound, OnlyWayIn."""
    account = session.get_one(Account, account_id, with_for_update=True)
    passkey = _own(session, ask.passkey_id, account_id)
    ways_in.take_away(session, account, passkey)
    journal.note(session, account_id, Action.PASSKEY_REMOVED, now, caller, name=passkey.name)
    mail.write(
        session,
        site,
        "passkey_removed",
        account.email,
        now,
        first_name=account.first_name,
        name=passkey.name,
        at=now,
    )


def start_sign_in(session: Session, party: RelyingParty, now: datetime) -> CeremonyView:
    """The same for everybody: nothing is known yet of who asks."""
    asked = ceremonies.open_one(session, Purpose.SIGN_IN, None, now)
    return CeremonyView(
        ceremony_id=asked.ceremony_id, options=authenticators.request_options(party, asked.challenge)
    )


def let_in(
    session: Session,
    party: RelyingParty,
    ask: SignInWithPasskey,
    challenge: bytes | None,
    now: datetime,
    caller: Caller,
) -> SignedInView | None:
    """Who it is, with the use noted. None when the counter went back, which is noted too: commit, then refuse.

    Locks the passkey, then the account. Raises PasskeyRefused.
    """
    if challenge is None:
        raise _refusal("over")
    try:
        claim = authenticators.read_claim(ask.credential)
        passkey = session.scalar(
            select(Passkey).where(Passkey.credential_id == claim.credential_id).with_for_update()
        )
        if passkey is None or claim.user_handle not in (None, passkey.account_id.bytes):
            raise authenticators.Refused("no such passkey of that account")
        use = authenticators.verify_use(party, challenge, ask.credential, passkey.public_key)
    except authenticators.Refused as why:
        raise _refusal("unproved", str(why)) from None
    account = session.get_one(Account, passkey.account_id)
    if account.kind != Kind.CITIZEN.value or account.closed_at or account.suspended_at:
        raise _refusal("account")
    if not authenticators.counter_holds(passkey.sign_count, use.sign_count):
        REFUSALS.labels("counter").inc()
        log.warning("passkey counter went back", stored=passkey.sign_count, given=use.sign_count)
        journal.note(session, account.account_id, Action.PASSKEY_REFUSED, now, caller, name=passkey.name)
        return None
    passkey.sign_count, passkey.synced, passkey.last_used_at = use.sign_count, use.synced, now
    return sign_in.let_in(session, account.account_id, now, caller, means="passkey")


def _known(session: Session, account_id: UUID) -> list[bytes]:
    known = list(session.scalars(select(Passkey.credential_id).where(Passkey.account_id == account_id)))
    if len(known) >= MOST:
        raise TooManyPasskeys(most=MOST)
    return known


def _own(session: Session, passkey_id: UUID, account_id: UUID) -> Passkey:
    found = session.scalar(
        select(Passkey)
        .where(Passkey.passkey_id == passkey_id, Passkey.account_id == account_id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def _refusal(why: str, detail: str = "") -> PasskeyRefused:
    REFUSALS.labels(why).inc()
    log.warning("passkey refused", why=why, detail=detail)
    return PasskeyRefused()
