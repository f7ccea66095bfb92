"""Answers that are being given: begun, saved page by page, taken to a newer form, sent or erased.

A draft belongs to an account, or to the browser that holds its secret. To anybody else it does not exist.
"""

import hashlib
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from chassis.clock import PARIS
from contracts.caller import Caller, Kind
from contracts.enrolment.drafts import (
    AdmitFile,
    AdoptDraft,
    DraftCard,
    DraftIncomplete,
    DraftSent,
    DraftView,
    DropDraft,
    FormChanged,
    OpenDraft,
    ProcedureRetired,
    RenewDraft,
    SaveAnswers,
    SavedPage,
    StartDraft,
)
from contracts.enrolment.procedure_forms import Answers, Audience, FieldKind, ProcedureForm
from contracts.errors import NotFound, NotSignedIn
from enrolment.household import families
from enrolment.procedures import joined, renewing, reusing, unfinished, versions
from enrolment.procedures.asking import shown
from enrolment.procedures.checking import check, clean
from enrolment.procedures.models import FormVersion, Procedure, RequestDraft
from enrolment.procedures.reusing import Reusable
from enrolment.requests.models import Request

KEPT = timedelta(days=90)
KEPT_WITHOUT_ACCOUNT = timedelta(days=1)
"""Without a change, drafts are erased after this: the browser's secret does not outlive half a day either."""

MOST_DRAFTS = 30


def start(session: Session, ask: StartDraft, caller: Caller, now: datetime) -> DraftCard:
    """A new draft of the version in use. See `StartDraft`."""
    number, form = versions.offered(session, ask.code)
    account_id = caller.account_id if caller.kind is Kind.CITIZEN else None
    if account_id is None and (form.audience is Audience.SIGNED_IN or ask.secret is None):
        raise NotSignedIn
    draft = RequestDraft(
        draft_id=uuid4(),
        procedure_code=ask.code,
        number=number,
        account_id=account_id,
        secret_hash=None if account_id or not ask.secret else _hash(ask.secret),
        answers={},
        typed={},
        asked=[],
        reuses=[],
        updated_at=now,
    )
    session.add(draft)
    session.flush()
    return _card(draft, form.title)


def own(session: Session, caller: Caller, secret: str | None, code: str | None = None) -> list[DraftCard]:
    """The caller's drafts, newest first: of the account, else of the browser that holds the secret."""
    if caller.kind is Kind.CITIZEN:
        return _cards(session, RequestDraft.account_id == caller.citizen(), code)
    return left(session, secret, code)


def left(session: Session, secret: str | None, code: str | None = None) -> list[DraftCard]:
    """What was begun without an account in the browser that holds the secret, newest first."""
    return _cards(session, RequestDraft.secret_hash == _hash(secret), code) if secret else []


def adopt(session: Session, ask: AdoptDraft, caller: Caller, now: datetime) -> DraftCard:
    """Makes it the caller's. See `AdoptDraft`. Raises NotFound."""
    account_id = caller.citizen()
    draft = session.get(RequestDraft, ask.draft_id, with_for_update=True, populate_existing=True)
    if draft is None or not (draft.account_id == account_id or draft.secret_hash == _hash(ask.secret)):
        raise NotFound
    draft.account_id, draft.secret_hash, draft.updated_at = account_id, None, now
    session.flush()
    return _card(draft, versions.form_of(session, draft.procedure_code, draft.number).title)


def show(session: Session, ask: OpenDraft, caller: Caller, now: datetime) -> DraftView:
    """The draft as it stands. See `OpenDraft`."""
    return _view(session, _find(session, ask.draft_id, ask.secret, caller), now)


def save(session: Session, ask: SaveAnswers, caller: Caller, now: datetime) -> SavedPage:
    """The answers of one page. See `SaveAnswers`: they are checked against the version that was filled."""
    draft = _find(session, ask.draft_id, ask.secret, caller, lock=True)
    form = versions.form_of(session, draft.procedure_code, draft.number)
    page = form.page(ask.page)
    if page is None:
        raise NotFound
    here = {field.name for field in page.fields}
    posted = {name: answer for name, answer in ask.answers.items() if name in here}
    typed = unfinished.told(ask.typed, here)
    today = _today(now)
    kept = reusing.of(session, draft, form, draft.answers, today).within(draft.answers)
    rendered = {field.name for field in shown(form, kept).get(ask.page, [])}
    rendered |= posted.keys() | typed.keys()
    before = {name: answer for name, answer in draft.answers.items() if name not in rendered}
    own, strangers = _with_own_children(session, form, posted, caller)
    draft.reuses = sorted({*draft.reuses} - here | here.intersection(ask.reuse))
    told = joined.without({**before, **own}, ask.released)
    given = reusing.of(session, draft, form, told, today)
    answers = clean(form, given.within(told))
    if ask.released:
        joined.release(session, draft.draft_id, ask.released, now)
    asked = shown(form, answers).get(ask.page, [])
    problems = check(form, answers, today, rendered)
    problems |= unfinished.unread(asked, typed, answers) | strangers
    held = clean(form, {name: answer for name, answer in answers.items() if name not in problems})
    draft.answers = given.without(held)
    left = {field.name for field in asked} - draft.answers.keys()
    draft.typed = {
        **{name: controls for name, controls in draft.typed.items() if name not in rendered},
        **{name: controls for name, controls in typed.items() if name in left},
    }
    is_left = ask.partial or bool(problems)
    draft.asked = sorted({*draft.asked} - rendered if is_left else {*draft.asked, *rendered})
    draft.updated_at = now
    session.flush()
    return SavedPage(draft=_view(session, draft, now), problems=problems)


def admit_file(session: Session, ask: AdmitFile, caller: Caller) -> None:
    """Raises NotFound where no file may be sent without an account. See `AdmitFile`."""
    if _find(session, ask.draft_id, ask.secret, caller).account_id is not None:
        raise NotFound


def renew(session: Session, ask: RenewDraft, caller: Caller, now: datetime) -> DraftView:
    """The draft, taken to the version in use. See `RenewDraft`."""
    draft = _find(session, ask.draft_id, ask.secret, caller, lock=True)
    number, form = _offered(session, draft)
    if number != draft.number:
        old = versions.form_of(session, draft.procedure_code, draft.number)
        draft.answers = renewing.carry(old, form, draft.answers, _today(now))
        draft.asked = sorted(renewing.still_asked(old, form, set(draft.asked)))
        draft.typed = unfinished.carried(old, form, draft.typed, draft.answers)
        draft.reuses = [name for name in draft.reuses if form.field(name)]
        draft.number = number
        draft.updated_at = now
        session.flush()
    return _view(session, draft, now)


def drop(session: Session, ask: DropDraft, caller: Caller, now: datetime) -> bool:
    """Erases it. See `DropDraft`."""
    try:
        draft = _find(session, ask.draft_id, ask.secret, caller, lock=True)
    except DraftSent:
        raise
    except NotFound:
        return False
    session.delete(draft)
    joined.release_all(session, [draft.draft_id], now)
    return True


def complete(
    session: Session, draft_id: UUID, secret: str | None, caller: Caller, number: int, now: datetime
) -> tuple[RequestDraft, ProcedureForm, Reusable]:
    """The draft, locked, its form and what was given before, when it can be sent as it is; who sends it deletes it.

    `number`: the version that whoever sends it has read. Raises NotFound, ProcedureRetired, FormChanged,
    DraftIncomplete (also where a date has gone by since it was typed).
    """
    draft = _find(session, draft_id, secret, caller, lock=True)
    current, form = _offered(session, draft)
    if not draft.number == number == current:
        raise FormChanged
    given = reusing.of(session, draft, form, draft.answers, _today(now))
    page = _todo(form, draft, given, _today(now))
    if page:
        raise DraftIncomplete(page=page)
    return draft, form, given


def purge(session: Session, now: datetime) -> int:
    """Erases the drafts that nobody has changed for too long. How many."""
    gone = session.execute(
        delete(RequestDraft)
        .where(
            or_(
                RequestDraft.updated_at < now - KEPT,
                RequestDraft.account_id.is_(None) & (RequestDraft.updated_at < now - KEPT_WITHOUT_ACCOUNT),
            )
        )
        .returning(RequestDraft.draft_id)
    )
    ids = [draft_id for (draft_id,) in gone]
    joined.release_all(session, ids, now)
    return len(ids)


def drop_account(session: Session, account_id: UUID, now: datetime) -> None:
    """A closed account leaves nothing half written."""
    gone = session.scalars(
        delete(RequestDraft).where(RequestDraft.account_id == account_id).returning(RequestDraft.draft_id)
    )
    joined.release_all(session, list(gone), now)


def _find(
    session: Session, draft_id: UUID, secret: str | None, caller: Caller, *, lock: bool = False
) -> RequestDraft:
    statement = select(RequestDraft).where(RequestDraft.draft_id == draft_id)
    if caller.kind is Kind.CITIZEN:
        statement = statement.where(RequestDraft.account_id == caller.citizen())
    elif secret:
        statement = statement.where(RequestDraft.secret_hash == _hash(secret))
    else:
        raise NotFound
    draft = session.scalars(statement.with_for_update() if lock else statement).one_or_none()
    if draft is None:
        raise _gone(session, draft_id, caller)
    return draft


def _gone(session: Session, draft_id: UUID, caller: Caller) -> NotFound:
    request = session.get(Request, draft_id) if caller.kind is Kind.CITIZEN else None
    return DraftSent() if request and request.account_id == caller.account_id else NotFound()


def _cards(session: Session, whose: ColumnElement[bool], code: str | None) -> list[DraftCard]:
    statement = (
        select(RequestDraft, FormVersion.content["title"].astext)
        .join(
            FormVersion,
            (FormVersion.procedure_code == RequestDraft.procedure_code)
            & (FormVersion.number == RequestDraft.number),
        )
        .where(whose)
        .order_by(RequestDraft.updated_at.desc())
        .limit(MOST_DRAFTS)
    )
    if code:
        statement = statement.where(RequestDraft.procedure_code == code)
    return [_card(draft, title) for draft, title in session.execute(statement)]


def _offered(session: Session, draft: RequestDraft) -> tuple[int, ProcedureForm]:
    try:
        return versions.offered(session, draft.procedure_code)
    except NotFound:
        raise ProcedureRetired from None


def _view(session: Session, draft: RequestDraft, now: datetime) -> DraftView:
    form = versions.form_of(session, draft.procedure_code, draft.number)
    given = reusing.of(session, draft, form, draft.answers, _today(now))
    asked = shown(form, given.within(draft.answers))
    pages = {name: [field.name for field in fields] for name, fields in asked.items()}
    newer = None
    current = session.scalars(select(Procedure.current).where(Procedure.code == draft.procedure_code)).one()
    if current is not None and current != draft.number:
        latest = versions.form_of(session, draft.procedure_code, current)
        newer = renewing.compare(form, latest, draft.answers, _today(now))
    return DraftView(
        draft_id=draft.draft_id,
        code=draft.procedure_code,
        number=draft.number,
        form=form,
        answers=draft.answers,
        pages=pages,
        typed=draft.typed,
        given=given.views({name for names in pages.values() for name in names}),
        todo=_todo(form, draft, given, _today(now)),
        newer=newer,
        erased_at=_card(draft, form.title).erased_at,
    )


def _todo(form: ProcedureForm, draft: RequestDraft, given: Reusable, today: date) -> str | None:
    """The first page with a field that was not asked yet, or whose answer is not good (any more)."""
    answers = given.within(draft.answers)
    problems = check(form, answers, today)
    for name, fields in shown(form, answers).items():
        if any(field.name in problems or field.name not in draft.asked for field in fields):
            return name
    return None


def _with_own_children(
    session: Session, form: ProcedureForm, posted: Answers, caller: Caller
) -> tuple[Answers, dict[str, str]]:
    """A child that is named by id is one of the account's families, and called as the town's file calls it.

    (answers, {field: problem}): without the children that are not theirs.
    """
    checked, strangers = dict(posted), {}
    for field in form.fields():
        answer = posted.get(field.name)
        if field.kind is not FieldKind.CHILD or not isinstance(answer, dict) or not answer.get("child_id"):
            continue
        child = _own_child(session, answer["child_id"], caller)
        if child is None:
            del checked[field.name]
            strangers[field.name] = "malformed"
            continue
        checked[field.name] = {
            "child_id": str(child.child_id),
            "first_name": child.first_name,
            "last_name": child.last_name,
            "birth_date": child.birth_date.isoformat(),
        }
    return checked, strangers


def _own_child(session: Session, child_id: str, caller: Caller) -> families.SomeChild | None:
    try:
        return (
            families.act_for(session, caller, UUID(child_id)).child if caller.kind is Kind.CITIZEN else None
        )
    except (ValueError, NotFound):
        return None


def _card(draft: RequestDraft, title: str) -> DraftCard:
    kept = KEPT if draft.account_id else KEPT_WITHOUT_ACCOUNT
    return DraftCard(
        draft_id=draft.draft_id,
        code=draft.procedure_code,
        title=title,
        updated_at=draft.updated_at,
        erased_at=draft.updated_at + kept,
    )


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _today(now: datetime) -> date:
    return now.astimezone(PARIS).date()
