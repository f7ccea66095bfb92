"""The site: pages for parents and agents, a JSON API, webhooks. It composes; it owns nothing but browser sessions.

Pages lie in `public/`, `citizen/`, `staff/` and `api/`; what several of them share, in a folder a matter:
`activities/`, `bookings/`, `care/`, `family/`, `money/`, `procedures/`, `requests/`, `vault/`, `papers/`; beside them
the frame that every page stands in.

How to add …

**A page.** A module named by a noun in `public/`, `citizen/` or `staff/` with a `blueprint`; nothing else to edit:

    # citizen/invoices.py                  → endpoint citizen.invoices.show, address /mon-espace/factures
    blueprint = Blueprint("invoices", __name__, url_prefix="/factures")

    @blueprint.get("/")
    def show() -> str:
        return render_template("citizen/invoices.html", statement=ask(OpenStatement()))

  The package gives the address prefix and the guard (`discovery.py`): `public` none, `citizen` /mon-espace and a
  signed-in citizen, `staff` /agents and a signed-in agent, `api` /api, `webhooks` /webhooks without CSRF. A page
  of a guarded package that must open to all (a sign-in form) says so with `@access.open_to_all`; a staff page
  names its roles with `@access.requires_role(Role.BILLING)`. The service judges again, always.
  Template `citizen/invoices.html` is the file `citizen/templates/invoices.html`; it extends `citizen/base.html`
  (`staff/base.html`, `layout.html`), fills the blocks `title` and `content`, and has exactly one h1. Building
  blocks are macros in `templates/components/` (cards, lists, month, banner, links, form); see them all at
  /composants/ with ESPACE_DEBUG=1. Dates and sums are filters: `{{ day | long_day }}`, `{{ cents | euros }}`.

**A call.** `gateway.services.ask(question)`, or `ask_all(a, b, c)` in parallel; who asks and the correlation id
  are added. At most one call per service for a page: the test client refuses a second one.

**A form.** Build, validate, one call, flash, redirect; otherwise the page again, filled and with its errors:

    class KeyForm(CommandForm):
        key = TextField("Votre Clé Enfance", hint="…", validators=[required("Saisissez votre Clé Enfance")])

    @blueprint.route("/cle", methods=["GET", "POST"])
    def redeem() -> ResponseReturnValue:
        form = KeyForm()
        if form.validate_on_submit():
            try:
                family = ask(RedeemKey(command_id=form.command_id.data, key=form.key.data))
            except DomainError as refusal:
                form.show(refusal, key="key")    # on the field `key`; form.show(refusal) puts it above the form
            else:
                flash("Le dossier de votre famille est ouvert.", "success")
                return redirect(url_for("citizen.family.show"))
        return render_template("citizen/key.html", form=form), form.status

  In the template `{% call form_of(form, "Ouvrir le dossier") %}{{ form.key() }}{% endcall %}` (macros of
  `components/form.html`). The layout puts the error summary first and « Erreur : » in the title by itself.
  `form.show(refusal, key_used="key", too_many_attempts="key")` names a field per code; `Invalid` names its own.
  `command_id` is the idempotency key: made with the page, kept when it comes back, so a resend has one effect.

**« Vérifiez vos réponses ».** Derive from `CheckedForm`; `check_answers.html` shows a summary, « Modifier »,
  « Confirmer », and carries every value in hidden fields (`public/components.py` has the whole example):

        if form.validate_on_submit() and not form.to_be_changed():
            if form.must_be_checked():
                return render_template("check_answers.html", form=form)
            ask(…)

**A refusal's sentence.** `sentences/<service>.py`: code → (HTTP status, sentence); a test fails while one is missing.

**A navigation entry.** `navigation = [Entry("Factures", "citizen.invoices.show", order=40)]` in the module
  (`role=Role.BILLING` for staff).

**A part of « Mon tableau de bord ».** `@dashboard.part(order, asks, template)`: see `dashboard.py`. All parts'
  questions leave together; equal questions are asked once; a service that is away empties its own part only.

**A page that leaves for the payment provider.** `security.allow("form-action", *settings().payment_origins)` before
  rendering the page that holds the form; `security.py` says why.

**A test.** `tests/unit/gateway/conftest.py` gives `site` (an app whose services are a double: `site.services.answers`
  by question type), `site.citizen()`, `site.agent(Role.BILLING)` and `site.anonymous()`; every page got through them
  is checked for strict HTML, one h1, unique ids, labels, no inline script or style, one call per service.
"""
