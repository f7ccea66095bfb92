"""Accounts answers: imports, keys, families, sign-in, mail. Thin: each method is one use case and its one commit."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from accounts import (
    activation_keys,
    agents,
    families,
    family_files,
    guardians,
    imports,
    key_code,
    mail,
    notices,
    onde,
    passwords,
    places,
    registration,
    sign_in,
    throttle,
)
from accounts.mail import Site
from chassis import metrics
from chassis.clock import PARIS
from chassis.commands import once
from chassis.inbox import newer
from chassis.objects import Objects
from chassis.service import Service, answers, every, subscribes
from contracts.accounts import (
    AbandonImport,
    ApplyImport,
    AskReset,
    ConfirmEmail,
    CreateAgent,
    DecideImport,
    EmailNotConfirmed,
    FailedMail,
    FamiliesPage,
    FamilyFile,
    FileReference,
    HouseholdView,
    ImportPage,
    ImportsPage,
    ImportUndecided,
    ImportView,
    IssueKeys,
    KeyLetter,
    KeyMistyped,
    KeysPage,
    ListGuardians,
    ListImports,
    MailPage,
    MyHousehold,
    OpenAccount,
    OpenFamily,
    OpenImport,
    RedeemKey,
    Register,
    ResetPassword,
    RevokeKey,
    SearchFamilies,
    SendAgain,
    SetQuotient,
    SignedInView,
    SignIn,
    StartImport,
    WrongCredentials,
)
from contracts.caller import Caller, Kind, Role
from contracts.envelope import Envelope
from contracts.errors import NotAllowed
from contracts.events import (
    EnrolmentAccepted,
    EnrolmentRefused,
    EnrolmentRequested,
    InvoicePublished,
    PaymentReceived,
    PlaceUpdated,
)

BUCKET = "imports"
LARGEST_FILE = 8 * 1024 * 1024

MAIL = metrics.gauge("mail", "Mails by state", ("state",))


class AccountsService(Service):
    """See `contracts.accounts` for what each question and command means."""

    name = "accounts"

    @property
    def site(self) -> Site:
        """What mails say of their sender."""
        return Site(self.settings.public_url, self.settings.mail_from)

    @property
    def pepper(self) -> bytes:
        """The secret of the activation keys."""
        return self.settings.need("activation_pepper").encode()

    # ------------------------------------------------------------ the import of a school

    @answers(ListImports)
    def list_imports(self, ask: ListImports, caller: Caller) -> ImportsPage:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return imports.list_imports(session)

    @answers(OpenImport)
    def open_import(self, ask: OpenImport, caller: Caller) -> ImportPage:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return imports.open_page(session, ask)

    @answers(StartImport)
    def start_import(self, ask: StartImport, caller: Caller) -> ImportView:
        caller.staff(Role.FAMILY_FILES)
        now = self.clock.now()
        today = now.astimezone(PARIS).date()
        pupils = imports.read_file("pupils", lambda: onde.read_pupils(self._fetch(ask.pupils), today))
        rows = imports.read_file("guardians", lambda: onde.read_guardians(self._fetch(ask.guardians)))
        with self.begin() as session:
            return once(session, ask, caller, lambda: imports.start(session, ask, pupils, rows, caller, now))

    @answers(DecideImport)
    def decide_import(self, ask: DecideImport, caller: Caller) -> ImportView:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return once(session, ask, caller, lambda: imports.decide(session, ask, self.clock.now()))

    @answers(ApplyImport)
    def apply_import(self, ask: ApplyImport, caller: Caller) -> ImportView:
        caller.staff(Role.FAMILY_FILES)
        try:
            with self.begin() as session:
                view = once(session, ask, caller, lambda: imports.apply(session, ask, self.clock.now()))
        except ImportUndecided:
            # The register has changed since the preview: its new doubts are kept, to be seen and answered.
            with self.begin() as session:
                imports.refresh(session, ask.import_id, self.clock.now())
            raise
        self._delete_files()
        return view

    @answers(AbandonImport)
    def abandon_import(self, ask: AbandonImport, caller: Caller) -> ImportView:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            view = once(
                session, ask, caller, lambda: imports.abandon(session, ask.import_id, self.clock.now())
            )
        self._delete_files()
        return view

    def _fetch(self, file: FileReference) -> bytes:
        with Objects(self.settings).get(BUCKET, file.key) as stream:
            content = b"".join(stream)
        if len(content) > LARGEST_FILE:
            raise onde.FileProblem("not_text")
        return content

    def _delete_files(self) -> None:
        """Closed imports leave nothing in the bucket; what cannot be deleted now is deleted by the timer."""
        objects = Objects(self.settings)
        with self.begin() as session:
            for import_id, keys in imports.files_to_delete(session).items():
                for key in keys:
                    objects.delete(BUCKET, key)
                imports.note_deleted(session, import_id)

    # ------------------------------------------------------------ activation keys

    @answers(ListGuardians)
    def list_guardians(self, ask: ListGuardians, caller: Caller) -> KeysPage:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return guardians.list_guardians(session, ask, self.clock.now())

    @answers(IssueKeys)
    def issue_keys(self, ask: IssueKeys, caller: Caller) -> list[KeyLetter]:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: activation_keys.issue(session, self.pepper, ask, caller, self.clock.now()),
                again=lambda: activation_keys.letters(session, self.pepper, ask),
            )

    @answers(RevokeKey)
    def revoke_key(self, ask: RevokeKey, caller: Caller) -> None:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            activation_keys.revoke(session, ask.guardian_id, caller, self.clock.now())

    @answers(RedeemKey)
    def redeem_key(self, ask: RedeemKey, caller: Caller) -> HouseholdView:
        account_id, now = caller.citizen(), self.clock.now()
        try:
            key = key_code.read(ask.key)
        except key_code.Mistyped as fault:
            raise KeyMistyped(why=fault.why) from None
        account = throttle.on_account("key", str(account_id))
        address = throttle.on_address("key", caller.address)
        with self.begin() as session:
            throttle.count(session, [account, address], now)
        with self.begin() as session:
            redeemed = activation_keys.redeem(
                session, key_code.fingerprint(self.pepper, key), account_id, now
            )
            if redeemed.refusal is not None:
                raise redeemed.refusal
            throttle.succeed(session, account, address)
            return families.household(session, account_id)

    # ------------------------------------------------------------ families

    @answers(MyHousehold)
    def my_household(self, ask: MyHousehold, caller: Caller) -> HouseholdView:
        account_id = caller.citizen()
        with self.begin() as session:
            return families.household(session, account_id)

    @answers(SearchFamilies)
    def search_families(self, ask: SearchFamilies, caller: Caller) -> FamiliesPage:
        caller.staff(Role.FAMILY_FILES, Role.BILLING)
        with self.begin() as session:
            return family_files.search(session, ask)

    @answers(OpenFamily)
    def open_family(self, ask: OpenFamily, caller: Caller) -> FamilyFile:
        caller.staff(Role.FAMILY_FILES, Role.BILLING, Role.ADMINISTRATION)
        with self.begin() as session:
            return family_files.open_file(session, ask.family_id, caller, self.clock.now())

    @answers(SetQuotient)
    def set_quotient(self, ask: SetQuotient, caller: Caller) -> FamilyFile:
        caller.staff(Role.FAMILY_FILES, Role.BILLING)
        now = self.clock.now()

        def do(session: Session) -> FamilyFile:
            families.set_quotient(session, ask, caller, now)
            agents.record_access(session, [ask.family_id], caller, "quotient", now)
            return family_files.load_file(session, ask.family_id, caller, now)

        with self.begin() as session:
            return once(session, ask, caller, lambda: do(session))

    # ------------------------------------------------------------ accounts

    @answers(Register)
    def register(self, ask: Register, caller: Caller) -> None:
        registration.judge(ask.password, [ask.email, ask.first_name, ask.last_name])
        now = self.clock.now()
        self._count_mails("register", ask.email, caller, now)
        password_hash = passwords.hash_password(ask.password)
        with self.begin() as session:
            registration.register(session, self.site, ask, password_hash, now)

    @answers(ConfirmEmail)
    def confirm_email(self, ask: ConfirmEmail, caller: Caller) -> None:
        with self.begin() as session:
            registration.confirm(session, ask, self.clock.now())

    @answers(SignIn)
    def sign_in(self, ask: SignIn, caller: Caller) -> SignedInView:
        """The attempt is counted and committed first, the password judged outside any transaction."""
        now = self.clock.now()
        account = throttle.on_account("sign_in", f"{ask.kind}:{registration.address_of(ask.email)}")
        address = throttle.on_address("sign_in", caller.address)
        with self.begin() as session:
            throttle.count(session, [account, address], now)
            found = sign_in.find_candidate(session, ask.kind, ask.email, now)
        if not passwords.is_right(found.password_hash, ask.password):
            sign_in.FAILURES.labels(ask.kind.value).inc()
            raise WrongCredentials
        new_hash = passwords.renew_hash(found.password_hash, ask.password)
        with self.begin() as session:
            throttle.succeed(session, account, address)
            if found.account_id is not None:
                return sign_in.let_in(session, found.account_id, now, new_hash)
            if found.asking is not None:
                sign_in.remind(session, self.site, found.asking, now)
        raise EmailNotConfirmed

    @answers(AskReset)
    def ask_reset(self, ask: AskReset, caller: Caller) -> None:
        now = self.clock.now()
        self._count_mails("reset", ask.email, caller, now)
        with self.begin() as session:
            once(session, ask, caller, lambda: registration.ask_reset(session, self.site, ask, now))

    @answers(ResetPassword)
    def reset_password(self, ask: ResetPassword, caller: Caller) -> SignedInView:
        now = self.clock.now()
        with self.begin() as session:
            _, account = registration.linked_account(session, ask.token, ask.command_id, now)
            registration.judge(ask.password, [account.email, account.first_name, account.last_name])
        password_hash = passwords.hash_password(ask.password)
        with self.begin() as session:
            account = registration.reset(session, self.site, ask, password_hash, now)
            return sign_in.view(account, account.last_sign_in_at)

    @answers(CreateAgent)
    def create_agent(self, ask: CreateAgent, caller: Caller) -> UUID:
        caller.staff(Role.ADMINISTRATION)
        if ask.password is not None:
            registration.judge(ask.password, [ask.email, ask.first_name, ask.last_name])
        password_hash = passwords.hash_password(ask.password) if ask.password is not None else None
        with self.begin() as session:
            return agents.create(session, self.site, ask, password_hash, self.clock.now())

    @answers(OpenAccount)
    def open_account(self, ask: OpenAccount, caller: Caller) -> UUID:
        if caller.kind is not Kind.SYSTEM:
            raise NotAllowed(needs=[])
        password_hash = passwords.hash_password(ask.password)
        with self.begin() as session:
            return registration.open_account(session, ask, password_hash, self.clock.now())

    def _count_mails(self, purpose: str, email: str, caller: Caller, now: datetime) -> None:
        """A form that sends mail is throttled by the address written to and by the visitor's network."""
        if caller.kind is Kind.SYSTEM:
            return
        to = throttle.on_account(purpose, registration.address_of(email), throttle.MAILS)
        with self.begin() as session:
            throttle.count(session, [to, throttle.on_address(purpose, caller.address)], now)

    # ------------------------------------------------------------ the outgoing mail

    @answers(FailedMail)
    def failed_mail(self, ask: FailedMail, caller: Caller) -> MailPage:
        caller.staff(Role.FAMILY_FILES, Role.ADMINISTRATION)
        with self.begin() as session:
            return mail.list_failed(session)

    @answers(SendAgain)
    def send_again(self, ask: SendAgain, caller: Caller) -> None:
        caller.staff(Role.FAMILY_FILES, Role.ADMINISTRATION)
        with self.begin() as session:
            mail.send_again(session, ask.mail_id, self.clock.now())

    @every(seconds=2)
    def send_mail(self) -> None:
        """What is due, when there is a server to send it by."""
        if not self.settings.smtp_url:
            return
        mail.send_due(self.begin, self.settings.smtp_url, self.site, self.clock.now)

    @every(seconds=15)
    def count_mail(self) -> None:
        """What waits, what went and what failed, for the dashboard."""
        with self.begin() as session:
            counts = mail.count_by_state(session)
        for state in ("queued", "sent", "failed"):
            MAIL.labels(state).set(counts.get(state, 0))

    @every(seconds=3600)
    def tidy_up(self) -> None:
        """What has had its time is forgotten: attempts, links, previews, rows and files of imports."""
        now = self.clock.now()
        with self.begin() as session:
            throttle.forget_old(session, now)
            registration.forget_old(session, now)
            imports.tidy_up(session, now)
        if self.settings.s3_url:
            self._delete_files()

    # ------------------------------------------------------------ facts of the others

    @subscribes(PlaceUpdated)
    def keep_place(self, session: Session, fact: PlaceUpdated, envelope: Envelope) -> None:
        if newer(session, "place", fact.place_code, envelope.aggregateversion):
            places.keep(session, fact)

    @subscribes(EnrolmentRequested)
    def mail_request(self, session: Session, fact: EnrolmentRequested, envelope: Envelope) -> None:
        notices.enrolment_requested(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(EnrolmentAccepted)
    def mail_acceptance(self, session: Session, fact: EnrolmentAccepted, envelope: Envelope) -> None:
        notices.enrolment_accepted(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(EnrolmentRefused)
    def mail_refusal(self, session: Session, fact: EnrolmentRefused, envelope: Envelope) -> None:
        notices.enrolment_refused(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(InvoicePublished)
    def mail_invoice(self, session: Session, fact: InvoicePublished, envelope: Envelope) -> None:
        notices.invoice_published(session, self.site, fact, self.clock.now())

    @subscribes(PaymentReceived)
    def mail_receipt(self, session: Session, fact: PaymentReceived, envelope: Envelope) -> None:
        notices.payment_received(session, self.site, fact, envelope.time, self.clock.now())
