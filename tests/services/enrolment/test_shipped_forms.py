"""What the software ships, sent whole, by a parent and by whoever has no account."""

import random
from uuid import uuid4

import pytest

from chassis.clock import PARIS
from contracts.caller import Caller
from contracts.enrolment.drafts import OpenDraft, SaveAnswers, StartDraft
from contracts.enrolment.procedure_forms import Answers, Audience, FieldKind
from contracts.enrolment.requests import SubmitRequest
from contracts.errors import NotSignedIn
from enrolment.procedures import shipping
from tests.mothers import enrolment
from tests.mothers import requests as mother
from tests.mothers.procedures import fill
from tests.services.enrolment.conftest import NOW, Town
from tests.services.enrolment.counterpart import ANYBODY, Counter, attach


@pytest.mark.parametrize("caller", [enrolment.parent(), ANYBODY], ids=["account", "no account"])
def test_every_shipped_form_is_sent_or_asks_for_an_account_before_anything_is_typed(
    town: Town, caller: Caller
) -> None:
    counter = Counter(town)
    with town.begin() as session:
        shipping.install(session, NOW)
    secret = None if caller.account_id else mother.new_secret()
    for code, (_, shipped) in shipping.shipped().items():
        start = StartDraft(command_id=uuid4(), code=code, secret=secret)
        if caller is ANYBODY and shipped.audience is Audience.SIGNED_IN:
            with pytest.raises(NotSignedIn):
                counter.service.start_draft(start, caller)
            continue
        draft_id = counter.service.start_draft(start, caller).draft_id
        draft = counter.service.open_draft(OpenDraft(draft_id=draft_id, secret=secret), caller)
        answers: Answers = {}
        fill(draft.form, answers, NOW.astimezone(PARIS).date(), random.Random(code))
        for field in draft.form.fields():
            if field.kind is FieldKind.DOCUMENT and field.name in answers:
                answers[field.name] = [str(attach(counter, draft_id, caller.account_id))]
        for page in draft.form.pages:
            save = SaveAnswers(
                command_id=uuid4(), draft_id=draft_id, secret=secret, page=page.name, answers=answers
            )
            assert counter.service.save_answers(save, caller).problems == {}
        sent = SubmitRequest(command_id=uuid4(), draft_id=draft_id, secret=secret, number=draft.number)

        filed = counter.service.submit_request(sent, caller)

        assert counter.view(filed.request_id).line.title == shipped.title
        assert filed.code
