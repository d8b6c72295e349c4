"""The browser closed, or an internal error."""

from __future__ import annotations

import traceback
from typing import Self

from handrail.core.errors import HandrailError
from handrail.core.i18n import gettext as _
from handrail.core.i18n import lazy
from handrail.core.outcome import Outcome
from handrail.engine.context.stops import Stop


class BrowserClosed(Stop):
    """The browser went away in the middle."""

    outcome = Outcome.UNFINISHED
    hint = lazy("Run the same command again; it looks at the page before it does anything.")

    @classmethod
    def of(cls, error: Exception) -> Self:
        """Return the stop with the first line of Playwright's message."""
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return cls(_("The browser stopped answering: {reason}", reason=reason))


class InternalError(HandrailError):
    """A mistake in Handrail; it names the place, and never the values."""

    hint = lazy("Please report it with the place named here; the evidence so far is kept.")

    @classmethod
    def of(cls, mistake: BaseException) -> Self:
        """Name the kind of mistake and the line it came from."""
        last = traceback.extract_tb(mistake.__traceback__)[-1]
        place = f"{last.filename.rpartition('handrail')[2] or last.filename}:{last.lineno} {last.name}"
        return cls(_("Handrail made a mistake: {kind}.", kind=type(mistake).__name__), where=place)
