"""handrail evidence: everything that is done with a bundle once it is there."""

from __future__ import annotations

import typer

from handrail.i18n import gettext as _
from handrail_cli.evidence import key

app = typer.Typer(no_args_is_help=True)

app.add_typer(key.app, name="key", help=_("Show, replace, hand out and pin signing keys."))
