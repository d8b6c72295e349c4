"""What a walk is doing, told on stderr while it happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.core.i18n import lazy

if TYPE_CHECKING:
    from handrail.engine.context.results import RunEvent

_KINDS = {
    "step": lazy("step"),
    "step-done": lazy("step-done"),
    "answer": lazy("answer"),
    "intended": lazy("intended"),
    "held": lazy("held"),
    "answered": lazy("answered"),
    "observed": lazy("observed"),
    "stop": lazy("stop"),
}


def narrator(*, quiet: bool, verbose: bool, asked_here: bool) -> Callable[[RunEvent], None]:
    """Return what a run tells its moments to; `quiet` says nothing, `verbose` everything.

    `asked_here`: the prompts stand in this terminal already, and are not told again.
    """
    from rich.markup import escape

    from handrail.evidence.report.labels import named_step, word
    from handrail_cli.output import console

    talk = console(stderr=True)
    if verbose:
        _log_policies()

    def tell(moment: RunEvent) -> None:
        if (quiet and not verbose) or (asked_here and moment.kind == "prompt"):
            return
        if moment.kind == "say":
            talk.print(f"  [yellow]•[/] {escape(moment.text)}")
        elif moment.kind == "prompt":
            talk.print(f"  [cyan]?[/] {escape(moment.text)}")
        elif moment.kind == "would-send":
            talk.print(f"  [cyan]▯[/] {escape(_('would be sent: {what}', what=named_step(moment.text)))}")
        elif moment.kind == "released":
            talk.print(f"  [magenta]→[/] {escape(_('sent, once: {what}', what=named_step(moment.text)))}")
        elif verbose:
            said = word("prompt", moment.text) if moment.kind == "answer" else named_step(moment.text)
            talk.print(f"    {_KINDS.get(moment.kind, moment.kind)} {escape(said)}", style="dim")

    return tell


def _log_policies() -> None:
    import logging

    logging.basicConfig(level=logging.INFO, format="    %(message)s")
