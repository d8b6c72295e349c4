"""What a walk is doing, told on stderr while it happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _

if TYPE_CHECKING:
    from handrail.engine.context.results import RunEvent


def narrator(*, quiet: bool, verbose: bool, asked_here: bool) -> Callable[[RunEvent], None]:
    """Return what a run tells its moments to; `quiet` says nothing, `verbose` everything.

    `asked_here`: the prompts stand in this terminal already, and are not told again.
    """
    from handrail.core.labels import label, step_label
    from handrail_cli.output import console, say

    talk = console(stderr=True)
    if verbose:
        _log_policies()

    def tell(moment: RunEvent) -> None:
        if (quiet and not verbose) or (asked_here and moment.kind == "prompt"):
            return
        if moment.kind == "say":
            say(talk, moment.text, first="  • ", first_style="yellow")
        elif moment.kind == "prompt":
            say(talk, moment.text, first="  ? ", first_style="cyan")
        elif moment.kind == "would-send":
            sent = _("would be sent: {what}", what=step_label(moment.text))
            say(talk, sent, first="  ▯ ", first_style="cyan")
        elif moment.kind == "released":
            sent = _("sent, once: {what}", what=step_label(moment.text))
            say(talk, sent, first="  → ", first_style="magenta")
        elif verbose:
            what = label("prompt", moment.text) if moment.kind == "answer" else step_label(moment.text)
            say(talk, f"{label('progress', moment.kind)} {what}", first="    ", style="dim")

    return tell


def _log_policies() -> None:
    import logging

    logging.basicConfig(level=logging.INFO, format="    %(message)s")
