"""Secret values, tax ids and bank digits: compared with a page, never shown or written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handrail.profile.text import plain

_HIDDEN = re.compile(r"[•●·∙*xX#…]{2,}|[•●*…]")
_FEWEST = 2


@dataclass(frozen=True, repr=False)
class Secret:
    """A tax id, or the last digits of a bank account; no part of it is ever shown or kept."""

    value: str
    """Letters and digits only, letters in capitals. Secret: never shown, written or hashed."""

    def __str__(self) -> str:
        """Return dots, and always as many."""
        return self.display

    def __repr__(self) -> str:
        """Return dots, so that no log or traceback holds the value."""
        return f"Secret({self.display})"

    @property
    def display(self) -> str:
        """The form that may be shown and kept: ••••, whatever the value is."""
        return "••••"

    def matches(self, page_text: str) -> bool:
        """Whether a page's text ends in this value, or shows an unmasked end of it.

        At least two characters must be readable.
        """
        readable = compact(_HIDDEN.split(plain(page_text))[-1])
        if _HIDDEN.search(plain(page_text)):
            return len(readable) >= _FEWEST and _end_of_either(readable, self.value)
        return readable.endswith(self.value) and not readable[: -len(self.value)][-1:].isdigit()

    def pattern(self) -> str:
        """Return a regex that finds the value in a text, whatever stands between its characters."""
        inner = r"[\s.\-/·]?".join(f"[{c}{c.lower()}]" if c.isalpha() else c for c in self.value)
        return rf"(?<![0-9A-Za-z]){inner}(?![0-9A-Za-z])"


def compact(text: str) -> str:
    """Return the letters and digits of a text, letters in capitals."""
    return re.sub(r"[^0-9A-Z]", "", plain(text).upper())


def _end_of_either(readable: str, value: str) -> bool:
    return value.endswith(readable) or readable.endswith(value)
