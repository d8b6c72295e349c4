"""Whether this machine has a screen that a window can be shown on."""

from __future__ import annotations

import os
import sys

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _


def has_screen() -> bool:
    """Whether a window can be shown: on Linux the environment says so, elsewhere it always can."""
    return sys.platform != "linux" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def require_screen() -> None:
    """Raise BadInput, which says how to get a window, if none can be shown."""
    if not has_screen():
        raise BadInput(
            _("There is no screen here to show a window on."),
            hint=_(
                "Run the same command in a desktop session, or give it a screen: `xvfb-run -a handrail …`. "
                "A dry run without --attend and --headed, and `handrail guide`, need none."
            ),
            where="DISPLAY",
        )
