"""Forms in French: WTForms fields that render the components of the site.

from gateway.forms import CommandForm, EmailField, required
"""

from gateway.forms.choices import CheckboxesField, CheckboxField, RadiosField, SelectField
from gateway.forms.fields import (
    DateField,
    EmailField,
    FileField,
    HiddenField,
    NumberField,
    PasswordField,
    PhoneField,
    TextareaField,
    TextField,
)
from gateway.forms.form import CheckedForm, CommandForm, Form
from gateway.forms.money import EurosField
from gateway.forms.validators import at_most, email_address, in_past, matching, no_more_than, required

__all__ = [
    "CheckboxField",
    "CheckboxesField",
    "CheckedForm",
    "CommandForm",
    "DateField",
    "EmailField",
    "EurosField",
    "FileField",
    "Form",
    "HiddenField",
    "NumberField",
    "PasswordField",
    "PhoneField",
    "RadiosField",
    "SelectField",
    "TextField",
    "TextareaField",
    "at_most",
    "email_address",
    "in_past",
    "matching",
    "no_more_than",
    "required",
]
