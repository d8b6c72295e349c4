"""Every error raised on purpose: one sentence, one hint, one exit code."""

from __future__ import annotations

from handrail.core.i18n import lazy


class HandrailError(Exception):
    """Base of every error raised on purpose."""

    exit_code = 3
    hint: str = lazy("Run the same command again with --verbose to see every step.")

    def __init__(self, message: str, *, hint: str | None = None, where: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        """What is wrong, in one sentence."""
        self.hint = hint or str(type(self).hint)
        """What to do about it, in one sentence."""
        self.where = where
        """File and key path, address or step; None if there is none."""


class BadInput(HandrailError):
    """Something the user gave cannot be used: a file, an option, a name."""

    exit_code = 2
    hint = lazy("Mend it and run the same command again.")


class BrowserMissing(BadInput):
    """No browser that Handrail can drive was found."""

    hint = lazy("Install Chrome, Edge or Chromium, or name one with --browser PATH.")
