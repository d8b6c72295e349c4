"""Ask for the signing key's passphrase at the terminal, without echo."""

from __future__ import annotations

import sys

from handrail.core.i18n import gettext as _

_SHORTEST = 8


def ask(new: bool) -> str | None:
    """Return the passphrase, asked for twice if it is new; None without a terminal."""
    if not sys.stdin.isatty():
        return None
    from getpass import getpass

    if not new:
        return getpass(_("Passphrase of the signing key: "), stream=sys.stderr) or None
    sys.stderr.write(_("The signing key is kept in a file, behind a passphrase of yours.") + "\n")
    while True:
        first = getpass(
            _("New passphrase, at least {count} characters: ", count=_SHORTEST), stream=sys.stderr
        )
        if not first:
            return None
        if len(first) < _SHORTEST:
            sys.stderr.write(_("That is too short.") + "\n")
        elif getpass(_("The same again: "), stream=sys.stderr) == first:
            return first
        else:
            sys.stderr.write(_("These were not the same.") + "\n")
