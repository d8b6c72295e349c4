"""What must not be shown or written in this run: it grows as values are given and codes are typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handrail.evidence.masks import Hide
    from handrail.profile.channel import Channel
    from handrail.profile.model import Profile


_SHORTEST = 6
"""Characters of a value; anything shorter would be found in half the page."""


class Redaction:
    """The run's private values, and the one way every text loses them before it is written."""

    def __init__(self, profile: Profile) -> None:
        self._personal: list[tuple[str, str]] = []
        self._secret: list[str] = []
        for channel in profile.contact:
            self.add_personal(channel)

    def add_personal(self, channel: Channel) -> None:
        """Show this value only in its display form from now on."""
        self._personal.append((channel.pattern(), channel.display))

    def add_shown(self, text: str) -> None:
        """Show only the end of a value as a page writes it: somebody's, in a form we may not know."""
        if len(text.strip()) >= _SHORTEST:
            self._personal.append((re.escape(text.strip()), f"••••{text.strip()[-2:]}"))

    def add_secret(self, code: str) -> None:
        """Show nothing of this from now on."""
        self._secret.append(rf"(?<![0-9A-Za-z]){re.escape(code)}(?![0-9A-Za-z])")

    @property
    def hide(self) -> Hide:
        """What a capture must not show."""
        from handrail.evidence.masks import Hide

        return Hide(personal=tuple(self._personal), secret=tuple(self._secret))

    def clean(self, text: str) -> str:
        """Return the text as it may be written."""
        from handrail.evidence.masks import redact

        return redact(text, self.hide)
