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
    from rich.markup import escape

    from handrail.core.labels import label, step_label
    from handrail_cli.output import console

    talk = console(stderr=True)
    if verbose:
        _log_policies()

    def print_event(event: RunEvent) -> None:
        if (quiet and not verbose) or (asked_here and event.kind == "prompt"):
            return
        if event.kind == "say":
            talk.print(f"  [yellow]•[/] {escape(event.text)}")
        elif event.kind == "prompt":
            talk.print(f"  [cyan]?[/] {escape(event.text)}")
        elif event.kind == "would-send":
            talk.print(f"  [cyan]▯[/] {escape(_('would be sent: {what}', what=step_label(event.text)))}")
        elif event.kind == "released":
            talk.print(f"  [magenta]→[/] {escape(_('sent, once: {what}', what=step_label(event.text)))}")
        elif verbose:
            what = label("prompt", event.text) if event.kind == "answer" else step_label(event.text)
            talk.print(f"    {label('progress', event.kind)} {escape(what)}", style="dim")

    return print_event


def _log_policies() -> None:
    import logging

    logging.basicConfig(level=logging.INFO, format="    %(message)s")
