"""The forms that change the family's file: the same for a parent and for an agent."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts.accounts.changes import SubjectKind
from contracts.accounts.contacts import ContactView, InsuranceView
from contracts.accounts.families import FamilyView
from contracts.accounts.records import AdultRecord, ChildRecord, HomeRecord
from gateway.family.change_words import RANKS, RELATIONS
from gateway.forms import (
    CheckboxesField,
    DateField,
    PhoneField,
    RadiosField,
    SelectField,
    TextField,
    at_most,
    in_past,
    required,
)
from gateway.forms.change import ChangeForm
from gateway.forms.fields import HALF

NAME = 300


def _name(label: str, sentence: str, **more: Any) -> TextField:
    return TextField(label, [required(sentence), at_most(NAME)], **more)


class AddressForm(ChangeForm):
    """Where the family lives."""

    kind = SubjectKind.FAMILY
    places = {"address": "street"}  # noqa: RUF012

    street = _name("Numéro et rue", "Saisissez le numéro et la rue.", autocomplete="street-address")
    postcode = TextField(
        "Code postal",
        [required("Saisissez le code postal."), at_most(10)],
        classes="govuk-input--width-5",
        autocomplete="postal-code",
        params={"inputmode": "numeric"},
    )
    city = _name("Ville", "Saisissez la ville.", classes=HALF, autocomplete="address-level2")

    def read(self) -> dict[str, Any]:
        parts = ("street", "postcode", "city")
        return {"address": {part: self._fields[part].data for part in parts}}

    def fill(self, values: Mapping[str, Any]) -> None:
        for part, value in values["address"].items():
            self._fields[part].data = value


class GuardianForm(ChangeForm):
    """An adult."""

    kind = SubjectKind.GUARDIAN
    places = {name: name for name in ("title", "first_name", "last_name", "usage_name", "phone")}  # noqa: RUF012

    title = SelectField("Civilité", choices=[("Mme", "Madame"), ("M.", "Monsieur")], prompt="Non précisée")
    first_name = _name("Prénom", "Saisissez le prénom.")
    last_name = _name("Nom de naissance", "Saisissez le nom de naissance.")
    usage_name = TextField("Nom d’usage", [at_most(NAME)], hint="S’il est différent du nom de naissance.")
    phone = PhoneField("Téléphone", [at_most(40)], hint="Par exemple 06 12 34 56 78.", autocomplete="off")

    def offer(self, adult: AdultRecord) -> None:
        """Keeps a title the school spells its own way; leaves out a telephone that its owner changes elsewhere."""
        if adult.title and adult.title not in self.title.labels():
            self.title.choices = [*self.title.choices, (adult.title, adult.title)]
        if adult.has_own_phone:
            del self.phone

    def read(self) -> dict[str, Any]:
        return {name: self._fields[name].data or "" for name in self.places if name in self._fields}

    def fill(self, values: Mapping[str, Any]) -> None:
        for name in self.places:
            if name in self._fields:
                self._fields[name].data = values[name]


class ChildForm(ChangeForm):
    """A child's civil status."""

    kind = SubjectKind.CHILD
    places = {name: name for name in ("first_name", "last_name", "usage_name", "birth_date")}  # noqa: RUF012

    first_name = _name("Prénom", "Saisissez le prénom.")
    last_name = _name("Nom de naissance", "Saisissez le nom de naissance.")
    usage_name = TextField("Nom d’usage", [at_most(NAME)], hint="S’il est différent du nom de naissance.")
    birth_date = DateField(
        "Date de naissance",
        [required("Saisissez la date de naissance."), in_past()],
        hint="Par exemple 4 5 2018.",
    )

    def read(self) -> dict[str, Any]:
        names = {name: self._fields[name].data or "" for name in ("first_name", "last_name", "usage_name")}
        return {**names, "birth_date": _iso(self.birth_date.data)}

    def fill(self, values: Mapping[str, Any]) -> None:
        for name in ("first_name", "last_name", "usage_name"):
            self._fields[name].data = values[name]
        self.birth_date.data = date.fromisoformat(values["birth_date"])


class ContactForm(ChangeForm):
    """Somebody to call, or who may collect a child."""

    kind = SubjectKind.CONTACT
    places = {  # noqa: RUF012
        "name": "first_name",
        "relation": "relation",
        "phones": "phone",
        "call_order": "call_order",
        "may_collect": "may_collect",
        "child_ids": "child_ids",
    }

    first_name = _name("Prénom", "Saisissez le prénom du contact.", autocomplete="off")
    last_name = _name("Nom", "Saisissez le nom du contact.", autocomplete="off")
    relation = SelectField(
        "Lien avec l’enfant",
        [required("Choisissez le lien avec l’enfant.")],
        choices=[(relation.value, label) for relation, label in RELATIONS.items()],
    )
    phone = PhoneField(
        "Téléphone", [required("Saisissez un numéro de téléphone."), at_most(40)], autocomplete="off"
    )
    other_phone = PhoneField("Autre téléphone", [at_most(40)], hint="Facultatif.", autocomplete="off")
    call_order = SelectField(
        "À appeler en urgence",
        choices=[(str(rank), label.capitalize()) for rank, label in RANKS.items()],
        prompt="Non, ne pas appeler",
        hint="Si aucun responsable ne répond, les contacts sont appelés dans cet ordre.",
        classes=HALF,
    )
    may_collect = RadiosField(
        "Cette personne peut-elle venir chercher l’enfant ?",
        [required("Répondez par oui ou par non.")],
        choices=[("oui", "Oui", "Une pièce d’identité lui sera demandée."), ("non", "Non")],
    )
    child_ids = CheckboxesField("Pour quels enfants ?", [required("Choisissez au moins un enfant.")])

    def offer(self, record: HomeRecord) -> None:
        """The children of the home; the only one is chosen."""
        self.child_ids.choices = [(str(child.child_id), child.first_name) for child in record.children]
        if len(record.children) == 1 and not self.is_submitted():
            self.child_ids.data = [str(record.children[0].child_id)]

    def read(self) -> dict[str, Any]:
        return {
            "name": {"first_name": self.first_name.data, "last_name": self.last_name.data},
            "relation": self.relation.data,
            "phones": [number for number in (self.phone.data, self.other_phone.data) if number],
            "call_order": int(self.call_order.data) if self.call_order.data else None,
            "may_collect": self.may_collect.data == "oui",
            "child_ids": sorted(self.child_ids.data),
        }

    def fill(self, values: Mapping[str, Any]) -> None:
        self.first_name.data, self.last_name.data = values["name"]["first_name"], values["name"]["last_name"]
        self.relation.data = values["relation"]
        self.phone.data, self.other_phone.data = [*values["phones"], "", ""][:2]
        self.call_order.data = str(values["call_order"]) if values["call_order"] else None
        self.may_collect.data = "oui" if values["may_collect"] else "non"
        self.child_ids.data = values["child_ids"]


class InsuranceForm(ChangeForm):
    """The school insurance of a child."""

    kind = SubjectKind.INSURANCE
    places = {"contract": "company"}  # noqa: RUF012

    company = TextField(
        "Assureur", [required("Saisissez le nom de l’assureur."), at_most(200)], autocomplete="off"
    )
    number = TextField(
        "Numéro de contrat",
        [required("Saisissez le numéro de contrat."), at_most(100)],
        classes=HALF,
        autocomplete="off",
    )
    valid_until = DateField(
        "Valable jusqu’au", [required("Saisissez le dernier jour couvert.")], hint="Par exemple 31 8 2027."
    )

    def read(self) -> dict[str, Any]:
        answers = {"company": self.company.data, "number": self.number.data}
        return {"contract": {**answers, "valid_until": _iso(self.valid_until.data)}}

    def fill(self, values: Mapping[str, Any]) -> None:
        contract = values["contract"]
        if contract:
            self.company.data, self.number.data = contract["company"], contract["number"]
            self.valid_until.data = date.fromisoformat(contract["valid_until"])


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def address_values(family: FamilyView) -> dict[str, Any]:
    """As `AddressForm` is shown with."""
    return {"address": {"street": family.street, "postcode": family.postcode, "city": family.city}}


def adult_values(adult: AdultRecord) -> dict[str, Any]:
    """As `GuardianForm` is shown with."""
    return adult.model_dump(mode="json", include={*GuardianForm.places})


def child_values(child: ChildRecord) -> dict[str, Any]:
    """As `ChildForm` is shown with."""
    return child.model_dump(mode="json", include={*ChildForm.places})


def contact_values(contact: ContactView) -> dict[str, Any]:
    """As `ContactForm` is shown with."""
    named = {"name": {"first_name": contact.first_name, "last_name": contact.last_name}}
    return {**named, **contact.model_dump(mode="json", include={*ContactForm.places})}


def insurance_values(insurance: InsuranceView | None) -> dict[str, Any]:
    """As `InsuranceForm` is shown with."""
    parts = {"company", "number", "valid_until"}
    return {"contract": insurance.model_dump(mode="json", include=parts) if insurance else None}
