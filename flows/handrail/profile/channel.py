"""Contact channels: an e-mail address or a phone number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from handrail.core.i18n import gettext as _
from handrail.profile import emails, phones, value_patterns

Kind = Literal["email", "phone"]


@dataclass(frozen=True, repr=False)
class Channel:
    """One e-mail address or phone number; `parse_channel` makes it from what a person wrote."""

    kind: Kind
    """Which of the two it is."""
    value: str
    """The canonical form: E.164, or the normalised address. Personal: never shown as it is."""

    def __str__(self) -> str:
        """Return the kind and the display form, for a person."""
        if self.kind == "email":
            return _("e-mail {shown}", shown=self.display)
        return _("phone number {shown}", shown=self.display)

    def __repr__(self) -> str:
        """Return the display form, so that no log or traceback holds the value."""
        return f"Channel({self.kind} {self.display})"

    @property
    def display(self) -> str:
        """The masked form that may be shown and kept: +86 138••••8000, w••@example.com."""
        return emails.masked(self.value) if self.kind == "email" else phones.masked(self.value)

    def matches(self, text: str) -> bool:
        """Whether a page's text is this value in full, in any format."""
        if self.kind == "email":
            return emails.same_address(self.value, text)
        return phones.same_number(self.value, text)

    def typed(self, form: phones.Form) -> str:
        """Return what is typed into a page that wants this form; an address has only one."""
        return self.value if self.kind == "email" else phones.typed(self.value, form)

    def written_forms(self) -> tuple[str, ...]:
        """Return every written form worth searching for; an address ends with its local part."""
        forms = value_patterns.email_forms if self.kind == "email" else value_patterns.phone_forms
        return forms(self.value)

    def pattern(self) -> str:
        """Return a regex for Python and JavaScript that finds the value in any written form."""
        pattern = value_patterns.email_pattern if self.kind == "email" else value_patterns.phone_pattern
        return pattern(self.value)

    def with_value(self, text: str) -> Channel:
        """Return another channel of this kind; BadInput for what cannot be one."""
        country = None if self.kind == "email" else phones.region(self.value)
        return parse_channel(self.kind, text, country)


def parse_channel(kind: Kind, text: str, country: str | None = None) -> Channel:
    """Return the channel a person wrote; BadInput, without repeating it, for what cannot be one.

    `country` (two letters) only serves the hint given for a number without country code.
    """
    value = emails.canonical(text) if kind == "email" else phones.canonical(text, country)
    return Channel(kind, value)
