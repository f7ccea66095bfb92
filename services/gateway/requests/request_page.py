"""The page of a request, for whoever filed it: with an account or by number and code, it is the same."""

from flask import render_template
from flask.typing import ResponseReturnValue

from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.requests import RequestView
from gateway.document_types import names_from
from gateway.requests import request_words
from gateway.requests.request_forms import MessageForm, VersionForm
from gateway.sentences.requests import state_of
from gateway.services import ask_each


def requester_page(
    template: str, view: RequestView, form: MessageForm, **more: object
) -> ResponseReturnValue:
    """The page. Documents' names are asked for only where there are documents to name."""
    types = ask_each([ListDocumentTypes()])[0] if view.documents or view.lacking else []
    withdrawal = VersionForm(formdata=None)
    withdrawal.version.data = str(view.line.version)
    page = render_template(
        template,
        view=view,
        form=form,
        withdrawal=withdrawal,
        state=state_of(view.kind, view.line.state),
        groups=request_words.answers(view),
        history=request_words.history(view, names_from(types), own=True),
        silence=request_words.silence(view),
        type_name=names_from(types),
        unsent="" if view.may_write else form.words.data,
        is_decided=request_words.is_decided(view),
        decision=request_words.decision(view) if request_words.is_decided(view) else None,
        **more,
    )
    return page, form.status
