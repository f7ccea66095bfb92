"""One round: each decision letter that is due is printed, sealed to its vault and put there.

Whatever happens to one letter, the others go on, and it comes due again. That it lies in the vault is written down
twice: by documents, which enters one letter a request, and by enrolment, which then asks no more. Between the two this
process may die; the next try finds the letter there.
"""

from collections.abc import Callable
from contextlib import closing
from enum import StrEnum
from io import BytesIO
from uuid import UUID, uuid4

from structlog import get_logger

from chassis.metrics import counter, gauge
from contracts.caller import LETTERS
from contracts.documents.letters import DecisionPlace, PutDecision
from contracts.enrolment.letters import LetterNotDue, LettersDue, NoteLetter, TakeLetter
from contracts.enrolment.requests import RequestView
from contracts.errors import DomainError, ServiceUnavailable
from gateway import papers
from gateway.papers import request_papers
from gateway.vault import letters
from gateway.vault.documents import forget_upload, seal_upload
from gateway.vault.intake import Inspected
from gateway.wiring import Client

log = get_logger()
TRIED = counter(
    "letters_tried_total", "Decision letters tried to be put into vaults, by outcome", ("outcome",)
)
WAITING = gauge("letters_waiting", "Decision letters on their way into vaults")
AGE = gauge("letters_age_seconds", "Time since the oldest decision whose letter is on its way; 0 without any")
WITHOUT_VAULT = gauge("letters_without_vault", "Decision letters of accounts that have no vault yet")


class Outcome(StrEnum):
    """What became of a try."""

    PUT = "put"
    THERE = "there"  # by an earlier try that nobody noted
    NO_VAULT = "no_vault"
    NOT_DUE = "not_due"  # another process has it
    FAILED = "failed"


def go(client: Client, stopped: Callable[[], bool] = lambda: False) -> int:
    """Tries each letter that is due; gives how many need no more for now. Raises what enrolment refuses with."""
    due = client.ask(LettersDue(), LETTERS)
    WAITING.set(due.waiting)
    AGE.set(due.oldest_seconds)
    WITHOUT_VAULT.set(due.without_vault)
    ended = 0
    for request_id in due.request_ids:
        if stopped():
            break
        outcome = put(client, request_id)
        TRIED.labels(outcome).inc()
        ended += outcome is not Outcome.FAILED
    return ended


def put(client: Client, request_id: UUID) -> Outcome:
    """Tries one."""
    try:
        outcome = _put(client, request_id)
    except LetterNotDue:
        return Outcome.NOT_DUE
    except Exception as failure:
        log.warning("letter not put into its vault", request_id=str(request_id), failure=repr(failure))
        return Outcome.FAILED
    log.info("letter", request_id=str(request_id), outcome=outcome.value)
    return outcome


def _put(client: Client, request_id: UUID) -> Outcome:
    view = client.ask(TakeLetter(command_id=uuid4(), request_id=request_id), LETTERS)
    place = client.ask(DecisionPlace(request_id=request_id), LETTERS)
    if place.is_put:
        outcome = Outcome.THERE
    elif place.public_key is None:
        outcome = Outcome.NO_VAULT
    else:
        outcome = _enter(client, view, place.public_key)
    is_put = outcome is not Outcome.NO_VAULT
    client.ask(NoteLetter(command_id=uuid4(), request_id=request_id, is_put=is_put), LETTERS)
    return outcome


def _enter(client: Client, view: RequestView, public_key: bytes) -> Outcome:
    paper = papers.render("request_letter", request_papers.letter(view))
    with closing(Inspected(BytesIO(paper))) as source:
        upload = seal_upload(source)
    name = f"Réponse à la demande {view.line.number}"
    command = PutDecision(**letters.sealed(view.line.request_id, name, upload, public_key))
    try:
        entered = client.ask(command, LETTERS)
    except ServiceUnavailable:
        raise  # it may have been entered: the object stays, and is collected if it was not
    except DomainError:
        forget_upload(upload.document_id)
        raise
    if entered == upload.document_id:
        return Outcome.PUT
    forget_upload(upload.document_id)
    return Outcome.THERE
