"""The forms of a request's page that its two sides share."""

from contracts.enrolment.requests import LONGEST_WORDS
from gateway.forms import CommandForm, HiddenField, TextareaField, at_most, required
from gateway.forms.numbers import number_in


class MessageForm(CommandForm):
    """Words to the town."""

    words = TextareaField(
        "Votre message",
        [required("Écrivez votre message."), at_most(LONGEST_WORDS)],
        hint="N’écrivez rien de médical : joignez plutôt un document.",
        rows=5,
    )


class VersionForm(CommandForm):
    """A button that holds what was shown."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        """The version that was shown; 0 is none."""
        return number_in(self.version.data)
