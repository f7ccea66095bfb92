"""Which pages and fields a form shows for given answers."""

from contracts.enrolment.procedure_forms import (
    CONTACT_EMAIL,
    CONTACT_PAGE,
    Answer,
    Answers,
    Condition,
    FieldKind,
    FormField,
    FormPage,
    Prefill,
    ProcedureForm,
    Test,
)

_CONTACT = FormPage(
    name=CONTACT_PAGE,
    title="Où vous répondre",
    fields=(
        FormField(
            name=CONTACT_EMAIL,
            kind=FieldKind.EMAIL,
            label="Votre adresse courriel",
            help="L’accusé de réception et la réponse y seront envoyés.",
            prefill=Prefill.EMAIL,
        ),
    ),
)

Shown = dict[str, list[FormField]]
"""Page name → the fields that it shows; pages that show nothing are not there."""


def whole(form: ProcedureForm) -> ProcedureForm:
    """The form as it is filled: what was composed, then where to answer. The leaflet: « une adresse courriel est
    nécessaire » for any request.
    """
    if form.page(CONTACT_PAGE):
        return form
    return form.model_copy(update={"pages": (*form.pages, _CONTACT)})


def shown(form: ProcedureForm, answers: Answers) -> Shown:
    """The pages and fields to show, in order. An answer to a hidden field decides nothing."""
    known: Answers = {}
    found: Shown = {}
    for page in form.pages:
        if not _holds(page.shown_when, known):
            continue
        fields: list[FormField] = []
        for field in page.fields:
            if not _holds(field.shown_when, known):
                continue
            fields.append(field)
            answer = answers.get(field.name)
            if answer is not None and answer not in ("", [], {}):
                known[field.name] = answer
        if fields:
            found[page.name] = fields
    return found


def _holds(condition: Condition | None, known: Answers) -> bool:
    if condition is None:
        return True
    results = (_passes(test, known.get(test.field)) for test in condition.tests)
    return all(results) if condition.all_of else any(results)


def _passes(test: Test, answer: Answer | None) -> bool:
    if answer is None:
        return False
    if not test.one_of:
        return True
    given = answer if isinstance(answer, list) else [answer]
    return any(each in test.one_of for each in given)
