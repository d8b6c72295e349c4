"""Options before the verb: --version and --lang."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.core.i18n import gettext as _
from handrail.core.version import __version__
from handrail_cli import options


def _show(wanted: bool) -> None:
    if wanted:
        typer.echo(f"handrail {__version__}")
        raise typer.Exit


def root(
    version: Annotated[
        bool, typer.Option("--version", help=_("show the version"), is_eager=True, callback=_show)
    ] = False,
    lang: options.Lang = None,
) -> None:
    """Take the options before the verb."""
