"""Print a run's progress to stderr."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _

if TYPE_CHECKING:
    from handrail.engine.context.results import RunEvent


def progress_printer(*, quiet: bool, verbose: bool, asked_here: bool) -> Callable[[RunEvent], None]:
    """Return a function that prints a run's events: `quiet` none, `verbose` all.

    `asked_here`: prompts are shown in this terminal already, and are not printed again.
    """
    from handrail.core.labels import label, step_label
    from handrail_cli.output import console, say

    talk = console(stderr=True)
    if verbose:
        _log_policies()

    def print_event(event: RunEvent) -> None:
        if (quiet and not verbose) or (asked_here and event.kind == "prompt"):
            return
        if event.kind == "say":
            say(talk, event.text, first="  • ", first_style="yellow")
        elif event.kind == "prompt":
            say(talk, event.text, first="  ? ", first_style="cyan")
        elif event.kind == "would-send":
            sent = _("would be sent: {what}", what=step_label(event.text))
            say(talk, sent, first="  ▯ ", first_style="cyan")
        elif event.kind == "released":
            sent = _("sent, once: {what}", what=step_label(event.text))
            say(talk, sent, first="  → ", first_style="magenta")
        elif verbose:
            what = label("prompt", event.text) if event.kind == "answer" else step_label(event.text)
            say(talk, f"{label('progress', event.kind)} {what}", first="    ", style="dim")

    return print_event


def _log_policies() -> None:
    import logging

    logging.basicConfig(level=logging.INFO, format="    %(message)s")
