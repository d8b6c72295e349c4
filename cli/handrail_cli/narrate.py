"""What a walk is doing, told on stderr while it happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from handrail.i18n import gettext as _

if TYPE_CHECKING:
    from handrail.walk.trail import Moment


def narrator(*, quiet: bool, verbose: bool) -> Callable[[Moment], None]:
    """Return what a run tells its moments to; `quiet` says nothing, `verbose` everything."""
    from rich.markup import escape

    from handrail_cli.output import console

    talk = console(stderr=True)
    if verbose:
        _log_policies()

    def tell(moment: Moment) -> None:
        if quiet and not verbose:
            return
        if moment.kind == "say":
            talk.print(f"  [yellow]•[/] {escape(moment.text)}")
        elif moment.kind == "prompt":
            talk.print(f"  [cyan]?[/] {escape(moment.text)}")
        elif moment.kind == "released":
            talk.print(f"  [magenta]→[/] {_('sent, once')}: {escape(moment.text)}")
        elif verbose:
            talk.print(f"    {moment.kind} {escape(moment.text)}", style="dim")

    return tell


def _log_policies() -> None:
    import logging

    logging.basicConfig(level=logging.INFO, format="    %(message)s")
